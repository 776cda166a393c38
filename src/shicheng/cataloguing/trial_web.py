"""Pages on which a catalogue is sent, looked at, decided and tried before it is taken in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shicheng.cataloguing import policies, selectors, trials
from shicheng.cataloguing.models import Trial
from shicheng.cataloguing.trying import workbook_of
from shicheng.cataloguing.uploads import received_catalogue, require_room
from shicheng.cataloguing.viewing import decided_columns, view_trial
from shicheng.cataloguing.web import XLSX
from shicheng.holdings.foreseeing import fonds_choices
from shicheng.jobs.progress import answer_work
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current


@csrf_exempt  # the token is checked in _take, after the length of the body was looked at
@desk_page(policies.READ, policies.IMPORT)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Send a catalogue, or show how."""
    if request.method == "POST":
        try:
            require_room(request, current())
        except ShichengError as error:
            return _upload_page(request, problem=error)
        return _take(request)
    return _upload_page(request)


@csrf_protect
def _take(request: HttpRequest) -> HttpResponse:
    settings, given = current(), request.POST
    try:
        with received_catalogue(request, settings) as (path, name):
            made = trials.receive_trial(
                actor=actor_of(request), path=path, settings=settings, name=name,
                fonds=given.get("fonds", "").strip(), mapping=given.get("mapping", ""),
            )  # fmt: skip
    except ShichengError as error:
        return _upload_page(request, problem=error)
    return redirect("cataloguing:trial", made.pk)


def _upload_page(request: HttpRequest, *, problem: ShichengError | None = None) -> HttpResponse:
    actor = actor_of(request)
    given = request.GET if problem is None or request.method == "GET" else request.POST
    page = {
        "problem": problem,
        "fonds": given.get("fonds", ""),
        "source": given.get("mapping", ""),
        "fonds_choices": fonds_choices(actor),
        "mappings": list(selectors.mappings(actor).values_list("name", flat=True)[:500]),
        "most_bytes": current().upload_bytes,
    }
    return render(request, "cataloguing/upload.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ, policies.IMPORT)
@require_GET
def trial(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    """One trial; while a job works on it, htmx asks for its progress every second."""
    actor = actor_of(request)
    one = trials.find_trial(actor, trial_id)
    page = view_trial(actor, one)
    return answer_work(request, "cataloguing/trial.html", page, state=one.state)


@desk_page(policies.READ, policies.IMPORT)
@require_POST
def choose_sheet(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    """Look at another sheet of the workbook."""
    trials.choose_sheet(actor=actor_of(request), trial_id=trial_id, sheet=request.POST.get("sheet", ""))
    return redirect("cataloguing:trial", trial_id)


@desk_page(policies.READ, policies.IMPORT)
@require_POST
def decide(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    """Try the import with the columns, the source and the fonds of the form."""
    actor = actor_of(request)
    one: Trial = trials.find_trial(actor, trial_id)
    try:
        trials.try_catalogue(
            actor=actor, trial_id=trial_id, columns=decided_columns(one, request.POST),
            fonds=request.POST.get("fonds", "").strip(), mapping=request.POST.get("mapping", ""),
        )  # fmt: skip
    except ShichengError as error:
        page = view_trial(actor, one, given=request.POST, problem=error)
        return render(request, "cataloguing/trial.html", page, status=error.http_status)
    return redirect("cataloguing:trial", trial_id)


@desk_page(policies.READ, policies.IMPORT)
@require_POST
def start(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    """Take the catalogue in as it was tried, and go to the import."""
    made = trials.start_import(actor=actor_of(request), trial_id=trial_id, settings=current())
    return redirect("cataloguing:import", made.number)


@desk_page(policies.READ, policies.IMPORT)
@require_POST
def discard(request: HttpRequest, trial_id: UUID) -> HttpResponse:
    """Forget a trial and its file."""
    trials.discard_trial(actor=actor_of(request), trial_id=trial_id, settings=current())
    messages.success(request, _("The trial was discarded; nothing was taken in."))
    return redirect("cataloguing:imports")


@desk_page(policies.READ, policies.IMPORT)
@require_GET
def errors(request: HttpRequest, trial_id: UUID) -> FileResponse:
    """The rows that would be rejected, with the reasons, as a workbook."""
    one = trials.find_trial(actor_of(request), trial_id)
    path = workbook_of(one, current())
    if not path.exists():
        raise Http404
    name = f"{one.source[:80]}.errors.xlsx"
    return FileResponse(path.open("rb"), filename=name, as_attachment=True, content_type=XLSX)
