"""Pages about catalogue imports: the list, one with what came of it, undoing it."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shicheng.base.web import render_part
from shicheng.cataloguing import policies, selectors, services
from shicheng.cataloguing.states import IMPORT
from shicheng.cataloguing.viewing import view_import
from shicheng.cataloguing.words import ATTACHMENT_STATES, STATES, SUSPICIONS, TRIAL_STATES
from shicheng.holdings.foreseeing import foresee_withdrawal
from shicheng.jobs.progress import answer_work
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current

PAGE: Final = 50
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk_page(policies.READ)
@require_GET
def imports(request: HttpRequest) -> HttpResponse:
    """Imports of one state or all, newest first, and what waits for a decision."""
    actor = actor_of(request)
    state, text = request.GET.get("state", ""), request.GET.get("text", "").strip()
    counts = selectors.counts(actor)
    found = selectors.imports(actor, state=state, text=text)
    page = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "states": [(code, STATES[code], counts[code]) for code in IMPORT.states if counts.get(code)],
        "total": sum(counts.values()),
        "state": state,
        "text": text,
        "said": STATES,
        "trials": list(policies.visible_trials(actor)[:PAGE]),
        "trial_states": TRIAL_STATES,
        "attachments": list(policies.visible_attachments(actor)[:10]),
        "attachment_states": ATTACHMENT_STATES,
    }
    return render_part(request, "cataloguing/imports.html", "table", page)


@desk_page(policies.READ)
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One import; while a job works on it, htmx asks for its progress every second."""
    actor = actor_of(request)
    one = selectors.catalogue_import(actor, number)
    page = view_import(actor, one, current())
    return answer_work(request, "cataloguing/import.html", page, state=one.state)


@desk_page(policies.READ, policies.UNDO)
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Say what undoing would do and ask for the reason, then have it done."""
    actor = actor_of(request)
    one = selectors.catalogue_import(actor, number)
    problem: ShichengError | None = None
    if request.method == "POST":
        try:
            services.undo_import(actor=actor, number=number, reason=request.POST.get("reason", ""))
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("The import is being undone."))
            return redirect("cataloguing:import", number)
    page = {"import": one, "would": foresee_withdrawal(origin=one.pk), "problem": problem}
    return render(request, "cataloguing/undo.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ)
@require_GET
def suspects(request: HttpRequest, number: str) -> HttpResponse:
    """Pairs of rows that may be one record, page by page."""
    actor = actor_of(request)
    one = selectors.catalogue_import(actor, number)
    text = request.GET.get("start", "0")
    start = int(text) if text.isdecimal() and len(text) < 9 else 0
    rows = selectors.suspects(actor, number, current(), start=start, limit=PAGE + 1)
    page = {
        "import": one,
        "rows": [{**row, "said": SUSPICIONS.get(row["reason"], row["reason"])} for row in rows[:PAGE]],
        "start": start,
        "before": max(0, start - PAGE) if start else None,
        "after": start + PAGE if len(rows) > PAGE else None,
    }
    return render(request, "cataloguing/suspects.html", page)


@desk_page(policies.READ)
@require_GET
def errors(request: HttpRequest, number: str) -> FileResponse:
    """The rejected rows with their reasons as a workbook, to mend and to send again."""
    path = selectors.errors_workbook(actor_of(request), number, current())
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), filename=path.name, as_attachment=True, content_type=XLSX)
