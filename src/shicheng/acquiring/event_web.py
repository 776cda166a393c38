"""Pages of major events: the list, one with its plan and its records, finding and linking records, what is late."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.acquiring import event_selectors, linking, majors, policies, register
from shicheng.acquiring.event_viewing import view_event, view_event_form, view_finding, view_list
from shicheng.acquiring.forms import (
    plan_key,
    read_finding,
    read_happening,
    read_keys,
    read_wanted,
    read_year,
    require_count,
    split,
)
from shicheng.acquiring.work import link_found
from shicheng.base.db import atomic
from shicheng.base.web import render_part
from shicheng.jobs import services as jobs
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page

PAGE: Final = 50


@desk_page(policies.READ_EVENTS)
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """Major events with how much of what was planned is there."""
    actor = actor_of(request)
    found = event_selectors.major_events(actor, **_filters(request))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = view_list(actor, request.GET, list(page.object_list)) | {"page": page}
    return render_part(request, "acquiring/events.html", "events", shown)


@desk_page(policies.READ_EVENTS)
@require_safe
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The events as a table."""
    form = form if form in register.MIMES else "csv"
    content = register.write_events(actor_of(request), form, **_filters(request))
    answer = HttpResponse(content, content_type=register.MIMES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="major-events.{form}"'
    return answer


@desk_page(policies.READ_EVENTS)
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """Lines of plans that are due, and by whose duty."""
    soon = request.GET.get("soon") == "yes"
    lines = event_selectors.late_lines(actor_of(request), soon=soon)
    return render(request, "acquiring/late.html", {"lines": lines, "soon": soon})


@desk_page(policies.READ_EVENTS, policies.WRITE_EVENTS)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write an event down."""
    return _form(request, "")


@desk_page(policies.READ_EVENTS, policies.WRITE_EVENTS)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change what is written of an event."""
    return _form(request, number)


@desk_page(policies.READ_EVENTS)
@require_safe
def event(request: HttpRequest, number: str) -> HttpResponse:
    """One event: its plan, how much of it is there, its records."""
    return _page(request, number)


@desk_page(policies.READ_EVENTS, policies.WRITE_EVENTS)
@require_POST
def plan(request: HttpRequest, number: str) -> HttpResponse:
    """Write, change or remove a line of the plan, note what was handed over, close collecting."""
    actor, given = actor_of(request), request.POST
    event_selectors.major_event(actor, number)
    key = given.get("line", "")
    try:
        match given.get("verb", ""):
            case "line":
                line_id = plan_key(key) if key else None
                majors.write_line(actor=actor, number=number, wanted=read_wanted(given), line_id=line_id)
            case "handed":
                count = require_count(given.get("count", ""))
                majors.note_handed(
                    actor=actor, number=number, line_id=plan_key(key), count=count, note=given.get("note", "")
                )
            case "remove":
                majors.remove_line(actor=actor, number=number, line_id=plan_key(key))
            case "close" | "reopen" as verb:
                majors.close_event(actor=actor, number=number, again=verb == "reopen")
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        return _page(request, number, problem=error)
    messages.success(request, _("What you wrote is kept."))
    return redirect("acquiring:event", number)


@desk_page(policies.READ_EVENTS, policies.LINK)
@require_safe
def find(request: HttpRequest, number: str) -> HttpResponse:
    """Records that may be of an event, counted before any is linked."""
    actor = actor_of(request)
    one = event_selectors.major_event(actor, number)
    try:
        page = view_finding(actor, one, request.GET)
    except ShichengError as error:
        page = view_finding(actor, one, None) | {"problem": error, "given": request.GET}
        return render(request, "acquiring/find.html", page, status=error.http_status)
    return render(request, "acquiring/find.html", page)


@desk_page(policies.READ_EVENTS, policies.LINK)
@require_POST
def link(request: HttpRequest, number: str) -> HttpResponse:
    """Link chosen records, those named by code, or all that fit; put them to another line, take them away."""
    actor, given = actor_of(request), request.POST
    event_selectors.major_event(actor, number)
    line = given.get("line", "")
    try:
        said = _link(actor, number, given, line)
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        return _page(request, number, problem=error)
    messages.success(request, said)
    return redirect("acquiring:event", number)


def _link(actor: Any, number: str, given: Any, line: str) -> str:
    records = read_keys(given, "record")
    match given.get("verb", ""):
        case "all":
            finding = read_finding(given).require_sound()
            with atomic():
                majors.locked(actor, number, policies.LINK)
                jobs.enqueue(link_found, actor=actor, number=number, finding=finding.to_json(), line=line)
            return _("All that fit are being linked.")
        case "remove":
            n = linking.unlink_records(actor=actor, number=number, records=records)
            return _("%(n)s records were taken from the event.") % {"n": n}
        case "move":
            n = linking.move_records(actor=actor, number=number, records=records, line=line)
            return _("%(n)s records were put to the line.") % {"n": n}
    n = linking.link_records(
        actor=actor, number=number, keys=read_keys(given, "key"), codes=split(given.get("codes", "")), line=line,
        how="batch" if given.getlist("key") else "hand",
    )  # fmt: skip
    return _("%(n)s records were linked with the event.") % {"n": n}


def _form(request: HttpRequest, number: str) -> HttpResponse:
    actor, given = actor_of(request), request.POST
    one = event_selectors.major_event(actor, number) if number else None
    problem: ShichengError | None = None
    if request.method == "POST":
        revision = given.get("revision", "")
        try:
            made = majors.write_event(
                actor=actor, happening=read_happening(given), number=number,
                revision=int(revision) if revision.isascii() and revision.isdecimal() else None,
            )  # fmt: skip
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("What you wrote is kept."))
            return redirect("acquiring:event", made.number)
    page = view_event_form(actor, one, given if problem else None) | {"problem": problem}
    return render(request, "acquiring/event_form.html", page, status=problem.http_status if problem else 200)


def _page(request: HttpRequest, number: str, *, problem: ShichengError | None = None) -> HttpResponse:
    actor = actor_of(request)
    page = view_event(actor, event_selectors.major_event(actor, number), request.GET)
    page |= {"problem": problem, "given": request.POST if problem else {}}
    return render(request, "acquiring/event.html", page, status=problem.http_status if problem else 200)


def _filters(request: HttpRequest) -> dict[str, Any]:
    query = request.GET
    plain = {name: query.get(name, "").replace("\x00", "").strip()[:200] for name in ("state", "kind", "text", "order")}
    return {**plain, "year": read_year(query.get("year", ""))}
