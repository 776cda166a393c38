"""Pages about transfers: the list, sending one, one with its report, deciding, the receipt."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from shicheng.base.web import render_part
from shicheng.ingest import policies, selectors, services
from shicheng.ingest.receiving import receive_path
from shicheng.ingest.states import TRANSFER
from shicheng.ingest.uploads import StagingUpload, receiving_upload
from shicheng.ingest.viewing import DECISIONS, describe, open_receipt, receipt_attempt
from shicheng.ingest.words import STATES
from shicheng.kernel.errors import ShichengError
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
    }
    return render_part(request, "ingest/transfers.html", "table", page)


@csrf_exempt  # the token is checked in _take_upload, after the body got its place to be written to
@desk_page(policies.READ, policies.RECEIVE)
def upload(request: HttpRequest) -> HttpResponse:
    """Take a batch in by the browser, or show how."""
    if request.method == "POST":
        with receiving_upload(request, current()) as incoming:
            return _take_upload(request, incoming)
    return _upload_page(request)


@csrf_protect
def _take_upload(request: HttpRequest, incoming: StagingUpload) -> HttpResponse:
    again = request.POST.get("resubmit") or None
    try:
        path = incoming.finish()
        received = receive_path(actor=actor_of(request), path=path, settings=current(), resubmit=again)
        if received.known:
            messages.warning(request, _("This very batch is in the archive already, as transfer %(number)s.") % {
                "number": received.number})  # fmt: skip
        elif selectors.transfer(actor_of(request), received.transfer_id).state == "received":
            services.start_check(actor=actor_of(request), transfer_id=received.transfer_id)
    except ShichengError as error:
        return _upload_page(request, problem=error, again=again)
    target = reverse("ingest:transfer", args=[received.number])
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=201, headers={"Location": target})
    return redirect(target)


def _upload_page(
    request: HttpRequest, *, problem: ShichengError | None = None, again: str | None = None
) -> HttpResponse:
    number = again or request.GET.get("resubmit", "")
    page = {
        "problem": problem,
        "resubmit": selectors.transfer(actor_of(request), number) if number else None,
        "most_bytes": current().upload_bytes,
    }
    return render(request, "ingest/upload.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ)
@require_GET
def transfer(request: HttpRequest, number: str) -> HttpResponse:
    """One transfer; while a job works on it, htmx asks for its progress every second."""
    one = selectors.transfer(actor_of(request), number)
    page = describe(actor_of(request), one, request.GET)
    if getattr(request, "htmx", False):
        if request.GET.get("seen") != one.state or page["job"] is None or page["job"].is_finished:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "jobs/parts/bar.html", page)
    return render(request, "ingest/transfer.html", page)


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
