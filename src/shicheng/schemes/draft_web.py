"""Pages on which a draft is begun, written, imported, submitted and discarded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message
from shicheng.people.guards import actor_of, desk_page
from shicheng.schemes import importing, policies, selectors, services, words
from shicheng.schemes.errors import FaultyTable, ScheduleNotFound
from shicheng.schemes.models import Schedule
from shicheng.schemes.reading_forms import read_class, read_day, read_row
from shicheng.schemes.table_web import send_workbook
from shicheng.schemes.viewing import class_choices, row_choices
from shicheng.settings import current

SHOWN_FAULTS: Final = 200


@desk_page(policies.READ, policies.DRAFT)
@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin the next version from a preset, from another version, or empty."""
    source = request.POST.get("from", "")
    version = source.removeprefix("v") if source.startswith("v") else ""
    try:
        made = services.begin_draft(
            actor=actor_of(request), unit=code, preset_name=source if source and not version.isdecimal() else "",
            from_version=int(version) if version.isdecimal() else None,
        )  # fmt: skip
    except ShichengError as error:
        return _told(request, code, error)
    messages.success(request, _("Version %(version)s is begun; write it, then submit it.") % {"version": made.version})
    return redirect("schemes:schedule", code, made.version)


@desk_page(policies.READ, policies.DRAFT)
@require_http_methods(["GET", "POST"])
def import_table(request: HttpRequest, code: str) -> HttpResponse:
    """Take a workbook as the draft; with faults nothing is taken, and each is named."""
    actor, problem = actor_of(request), None
    unit = selectors.unit(actor, code)
    policies.require_draft(actor, unit)
    page: dict[str, Any] = {"unit": unit, "most": importing.MOST_BYTES}
    if request.method == "POST":
        sent = request.FILES.get("table")
        try:
            with importing.received(sent if isinstance(sent, UploadedFile) else None) as (path, name):
                outcome = importing.import_workbook(
                    actor=actor, unit=code, path=path, name=name, keep_faults_at=_faults_path(request, code)
                )
        except ShichengError as error:
            problem = error
        else:
            if outcome.schedule is not None:
                messages.success(
                    request, _("The table is read: %(rows)s rows.") % {"rows": outcome.schedule.rows_count}
                )
                return redirect("schemes:schedule", code, outcome.schedule.version)
            page |= {"faults": outcome.faults[:SHOWN_FAULTS], "count": len(outcome.faults)}
    status = problem.http_status if problem else 422 if page.get("count") else 200
    return render(request, "schemes/import.html", {**page, "problem": problem}, status=status)


@desk_page(policies.READ, policies.DRAFT)
@require_safe
def faults_workbook(request: HttpRequest, code: str) -> HttpResponse:
    """The faults of the workbook this person sent last for this unit, as a workbook."""
    selectors.unit(actor_of(request), code)
    path = _faults_path(request, code)
    if not path.exists():
        raise Http404
    return send_workbook(path.read_bytes(), f"{code}-faults.xlsx")


@desk_page(policies.READ, policies.DRAFT)
@require_POST
def set_terms(request: HttpRequest, code: str) -> HttpResponse:
    """Say when the draft is to be in force, and the forms of its reference codes."""
    given = request.POST
    templates = {key.removeprefix("form-"): str(value) for key, value in given.items() if key.startswith("form-")}

    def act() -> Schedule:
        return services.set_terms(
            actor=actor_of(request), unit=code, first=read_day(given.get("first", "")),
            last=read_day(given.get("last", "")), note=given.get("note", ""), templates=templates or None,
            revision=_revision(request),
        )  # fmt: skip

    return _done(request, code, act, _("The dates are kept."))


@desk_page(policies.READ, policies.DRAFT)
@require_http_methods(["GET", "POST"])
def write_row(request: HttpRequest, code: str) -> HttpResponse:
    """Add a row to the draft, change one, or take one out."""
    draft = _draft(request, code)
    key = request.GET.get("key", "") or request.POST.get("instead_of", "")
    problem: ShichengError | None = None
    if request.method == "POST":

        def remove() -> None:
            services.remove_row(actor=actor_of(request), unit=code, key=key, revision=_revision(request))

        def write() -> None:
            services.write_row(
                actor=actor_of(request), unit=code, row=read_row(request.POST), instead_of=key,
                revision=_revision(request),
            )  # fmt: skip

        problem = _change(request, write=write, remove=remove)
        if problem is None:
            return redirect("schemes:schedule", code, draft.version)
    row = draft.rows.filter(key=key).first() if key else None
    page = {
        "unit": draft.unit, "schedule": draft, "row": row, "given": request.POST if problem else None,
        "term": words.retention_word(row.retention, row.retention_text) if row else "",
        "problem": problem, "klass": request.GET.get("klass", ""), **row_choices(draft),
    }  # fmt: skip
    return render(request, "schemes/row_form.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ, policies.DRAFT)
@require_http_methods(["GET", "POST"])
def write_class(request: HttpRequest, code: str) -> HttpResponse:
    """Add a class to the draft, change one, or take an empty one out."""
    draft = _draft(request, code)
    key = request.GET.get("code", "") or request.POST.get("instead_of", "")
    problem: ShichengError | None = None
    if request.method == "POST":

        def remove() -> None:
            services.remove_class(actor=actor_of(request), unit=code, code=key, revision=_revision(request))

        def write() -> None:
            services.write_class(
                actor=actor_of(request), unit=code, klass=read_class(request.POST), instead_of=key,
                revision=_revision(request),
            )  # fmt: skip

        problem = _change(request, write=write, remove=remove)
        if problem is None:
            return redirect("schemes:schedule", code, draft.version)
    klass = draft.classes.filter(code=key).first() if key else None
    page = {
        "unit": draft.unit, "schedule": draft, "klass": klass, "given": request.POST if problem else None,
        "problem": problem, **class_choices(draft),
    }  # fmt: skip
    return render(request, "schemes/class_form.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ, policies.DRAFT)
@require_POST
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the supervising archive to approve the draft."""
    draft = _draft(request, code)
    try:
        made = services.submit_schedule(
            actor=actor_of(request), unit=code, note=request.POST.get("note", ""), revision=_revision(request)
        )
    except FaultyTable as error:
        messages.error(request, str(error))
        return redirect("schemes:schedule", code, draft.version)
    except ShichengError as error:
        return _told(request, code, error)
    messages.success(request, _("Submitted as the request %(number)s.") % {"number": made.number})
    return redirect("schemes:schedule", code, draft.version)


@desk_page(policies.READ, policies.DRAFT)
@require_POST
def discard(request: HttpRequest, code: str) -> HttpResponse:
    """Give the draft up."""
    try:
        services.discard_draft(actor=actor_of(request), unit=code, revision=_revision(request))
    except ShichengError as error:
        return _told(request, code, error)
    messages.success(request, _("The draft is discarded."))
    return redirect("schemes:unit", code)


def _draft(request: HttpRequest, code: str) -> Schedule:
    """The unit's draft; raises `ScheduleNotFound` if there is none that can be written."""
    actor = actor_of(request)
    unit = selectors.unit(actor, code)
    policies.require_draft(actor, unit)
    draft = selectors.schedules(actor, code).filter(state="draft").first()
    if draft is None:
        raise ScheduleNotFound(
            message("The unit %(unit)s has no draft of a table.", unit=unit.code),
            hint=message("Begin the next version first."),
        )
    return draft


def _done(request: HttpRequest, code: str, act: Callable[[], Schedule], said: str) -> HttpResponse:
    try:
        done = act()
    except ShichengError as error:
        return _told(request, code, error)
    messages.success(request, said)
    return redirect("schemes:schedule", code, done.version)


def _told(request: HttpRequest, code: str, error: ShichengError) -> HttpResponse:
    """Say on the page of the unit, or of its draft, what was not possible."""
    messages.error(request, str(error))
    draft = selectors.schedules(actor_of(request), code).filter(state__in=("draft", "submitted")).first()
    return redirect("schemes:schedule", code, draft.version) if draft else redirect("schemes:unit", code)


def _revision(request: HttpRequest) -> int | None:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 9 else None


def _faults_path(request: HttpRequest, code: str) -> Path:
    return importing.faults_path(current().cache_path, actor_of(request), code)


def _change(request: HttpRequest, *, write: Callable[[], object], remove: Callable[[], object]) -> ShichengError | None:
    """Do to the draft what was asked for, and say so; returns what is wrong with it."""
    try:
        (remove if request.POST.get("act") == "remove" else write)()
    except ShichengError as error:
        return error
    messages.success(request, _("The table is changed."))
    return None
