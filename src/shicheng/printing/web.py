"""Pages of printouts: what is to be printed and how, how far it is, and the file."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from shicheng.base.db import atomic
from shicheng.base.web import render_part
from shicheng.holdings import policies as holdings
from shicheng.jobs import policies as job_policies
from shicheng.jobs import selectors as jobs
from shicheng.jobs import services as queue
from shicheng.jobs.words import STATES
from shicheng.kernel.messages import message as _
from shicheng.people.guards import actor_of, desk_page
from shicheng.printing import keeping, policies
from shicheng.printing.errors import UnknownPrintout
from shicheng.printing.services import check_order
from shicheng.printing.types import KINDS, Kind
from shicheng.printing.viewing import FORMS, kinds_for, meant, options_of, order_of, own_language
from shicheng.printing.work import print_records
from shicheng.settings import current


@desk_page(policies.PRINT, job_policies.READ)
@require_safe
def printouts(request: HttpRequest) -> HttpResponse:
    """The printouts this person asked for."""
    found = keeping.own_printouts(actor_of(request), current())
    return render(request, "printing/printouts.html", {"printouts": found, "words": STATES, "kinds": _labels()})


@desk_page(policies.PRINT, holdings.READ, job_policies.READ)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Say what is meant, choose the printout, then its options, and have it made."""
    listed = kinds_for(request.GET)
    code = request.POST.get("kind", "") or request.GET.get("kind", "")
    kind = next((one for one in listed if one.code == code), None)
    if request.method == "POST":
        return _start(request, kind)
    page = {
        "kinds": listed,
        "kind": kind,
        "options": options_of(kind) if kind else [],
        "forms": [(name, FORMS[name]) for name in kind.forms] if kind else [],
        "words": meant(actor_of(request), request.GET),
        "address": _without_kind(request.GET),
        "language": own_language(),
    }
    return render(request, "printing/new.html", page)


@desk_page(policies.PRINT, job_policies.READ)
@require_safe
def printout(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far a printout is; when it is done, its file."""
    row = jobs.job(actor_of(request), job_id)
    if row.is_finished and getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    page = {
        "job": row, "pace": row.pace(), "words": STATES, "kinds": _labels(),
        "kind": str((row.arguments.get("order") or {}).get("kind", "")), "is_kept": keeping.is_kept(row, current()),
        "expires": keeping.expires(row),
    }  # fmt: skip
    return render_part(request, "printing/printout.html", "bar", page)


@desk_page(policies.PRINT, job_policies.READ)
@require_safe
def content(request: HttpRequest, job_id: UUID) -> FileResponse:
    """What was printed."""
    path = keeping.open_printout(actor_of(request), job_id, current())
    mime = keeping.MIMES[path.suffix.removeprefix(".")]
    return FileResponse(path.open("rb"), filename=path.name, as_attachment=True, content_type=mime)


def _start(request: HttpRequest, kind: Kind | None) -> HttpResponse:
    if kind is None:
        raise UnknownPrintout(
            _("Nothing like this can be printed of these records."), hint=_("Choose one of the printouts of the page.")
        )
    order = order_of(
        actor_of(request), QueryDict(request.POST.get("selection", "")[:60_000]), request.POST.dict(), kind
    )
    check_order(order)
    with atomic():
        job = queue.enqueue(print_records, actor=actor_of(request), order=order.to_json())
    return redirect("printing:printout", job.pk)


def _without_kind(query: QueryDict) -> str:
    kept = query.copy()
    kept.pop("kind", None)
    return kept.urlencode()


def _labels() -> dict[str, object]:
    return {code: kind.label for code, kind in KINDS.items()}
