"""Pages about transfers: the list, one with its report, deciding, the receipt."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from shicheng.base.web import render_part
from shicheng.ingest import policies, selectors
from shicheng.ingest.states import TRANSFER
from shicheng.ingest.viewing import DECISIONS, describe, open_receipt, receipt_attempt
from shicheng.ingest.words import STATES
from shicheng.jobs.progress import answer_work
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current

PAGE = 50


@desk_page(policies.READ)
def transfers(request: HttpRequest) -> HttpResponse:
    """Transfers of one state or all, newest first."""
    actor = actor_of(request)
    state, text = request.GET.get("state", ""), request.GET.get("text", "").strip()
    counts = selectors.counts(actor)
    page = {
        "page": Paginator(selectors.transfers(actor, state=state, text=text), PAGE).get_page(request.GET.get("page")),
        "states": [(code, STATES[code], counts[code]) for code in TRANSFER.states if counts.get(code)],
        "total": sum(counts.values()),
        "state": state,
        "text": text,
        "words": STATES,
        "is_watching": bool(current().watched_folder),
        "troubled": selectors.watched(actor).filter(state="troubled").count(),
    }
    return render_part(request, "ingest/transfers.html", "table", page)


@desk_page(policies.READ)
@require_GET
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """One transfer; while a job works on it, htmx asks for its progress every second."""
    one = selectors.transfer(actor_of(request), number)
    page = describe(actor_of(request), one, request.GET)
    return answer_work(request, "ingest/transfer.html", page, state=one.state)


@desk_page(policies.READ)
@require_POST
def decide(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Make one of the moves a person makes; the service decides whether it may be."""
    if verb not in DECISIONS:
        raise Http404
    actor = actor_of(request)
    one = selectors.transfer(actor, number)
    text = DECISIONS[verb](actor, one, request.POST.get("reason", ""))
    messages.success(request, text)
    return redirect("ingest:transfer", one.number)


@desk_page(policies.READ)
@require_GET
def receipt(request: HttpRequest, number: str) -> FileResponse:
    """The receipt of a stored transfer as it lies in the store."""
    one = selectors.transfer(actor_of(request), number)
    attempt = receipt_attempt(one, request.GET.get("attempt", ""))
    name = f"{one.number}-{attempt}-receipt.pdf"
    return FileResponse(open_receipt(one, attempt, current()), filename=name, content_type="application/pdf")
