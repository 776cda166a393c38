"""Pages of fonds: the register, one fonds with its events, its introduction and its dossier."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shicheng.holdings import dossier, fonds, policies, register, volumes
from shicheng.holdings.answers import CLOSED_POLICY
from shicheng.holdings.fonds_types import FONDS_EVENTS, FONDS_KINDS, PAPER_KINDS, FondsEventKind
from shicheng.holdings.models import FondsEvent
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.settings import current

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_INLINE = frozenset({"text/plain"})


@desk_page(policies.READ)
@require_safe
def fonds_register(request: HttpRequest) -> HttpResponse:
    """The register sheet of all fonds 全宗单, as of a day."""
    actor, day = actor_of(request), _day(request.GET.get("day", ""))
    page = {
        "rows": [(row, register.span(row), [register.change_words(one) for one in row.changes])
                 for row in register.register(actor, day)],
        "day": day,
        "may_change": allows(actor, policies.CHANGE_FONDS),
        "kinds": list(FONDS_KINDS.items()),
    }  # fmt: skip
    return render(request, "holdings/fonds_register.html", page)


@desk_page(policies.READ)
@require_safe
def register_book(request: HttpRequest) -> HttpResponse:
    """The register sheet as a workbook."""
    rows = register.register(actor_of(request), _day(request.GET.get("day", "")))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        register.write_register(rows, path)
        content = path.read_bytes()
    disposition = "attachment; filename*=UTF-8''%E5%85%A8%E5%AE%97%E5%8D%95.xlsx"
    return HttpResponse(content, content_type=_XLSX, headers={"Content-Disposition": disposition})


@desk_page(policies.READ)
@require_safe
def one_fonds(request: HttpRequest, code: str) -> HttpResponse:
    """One fonds: what it is, what happened to it, what is kept of it, its dossier."""
    actor = actor_of(request)
    home = fonds.find_fonds(actor, code)
    papers: dict[str, list[object]] = {}
    for one in dossier.papers(actor, code):
        papers.setdefault(one.category, []).append(one)
    page = {
        "fonds": home,
        "kind": FONDS_KINDS.get(home.kind, home.kind),
        "row": register.home_of(actor, code),
        "events": [(one, FONDS_EVENTS.get(one.kind, one.kind)) for one in FondsEvent.objects.filter(fonds=home)],
        "introduction": dossier.newest(actor, code, "introduction"),
        "guide": dossier.newest(actor, code, "guide"),
        "papers": [(code_, words, papers.get(code_, [])) for code_, words in PAPER_KINDS.items()],
        "volumes": volumes.volumes(actor, code).count(),
        "event_kinds": [(kind, words) for kind, words in FONDS_EVENTS.items() if kind != FondsEventKind.FOUNDED
                        or not home.events.filter(kind=kind).exists()],
        "kinds": list(FONDS_KINDS.items()),
        "paper_kinds": list(PAPER_KINDS.items()),
        "may_change": allows(actor, policies.CHANGE_FONDS, fonds=code),
    }  # fmt: skip
    return render(request, "holdings/fonds.html", page)


@desk_page(policies.READ, policies.CHANGE_FONDS)
@require_POST
def record(request: HttpRequest) -> HttpResponse:
    """Record what happened to a fonds, or found one."""
    sent = request.POST
    code = sent.get("code", "").strip()
    try:
        fonds.record_event(
            actor=actor_of(request), code=code, kind=sent.get("kind", ""),
            on=_day(sent.get("on", "")) or datetime.date.max, decision=sent.get("decision", ""),
            words=sent.get("words", ""), name=sent.get("name", ""), fonds_kind=sent.get("fonds_kind", ""),
            others=sent.get("others", "").replace("、", " ").replace(",", " ").split(), agency=sent.get("agency", ""),
        )  # fmt: skip
    except ShichengError as error:
        return _refused(request, error, code)
    messages.success(request, _("The event is recorded."))
    return redirect("holdings:fonds", code)


@desk_page(policies.READ, policies.CHANGE_FONDS)
@require_POST
def place(request: HttpRequest, code: str) -> HttpResponse:
    """Say where the fonds is shelved."""
    fonds.set_location(actor=actor_of(request), code=code, location=request.POST.get("location", ""))
    messages.success(request, _("Saved."))
    return redirect("holdings:fonds", code)


@desk_page(policies.READ, policies.CHANGE_FONDS)
@require_POST
def keep_paper(request: HttpRequest, code: str) -> HttpResponse:
    """Put a paper into the dossier: a file, or a text written here."""
    sent, upload = request.POST, request.FILES.get("file")
    given: dict[str, Any] = {
        "actor": actor_of(request), "fonds": code, "category": sent.get("category", ""), "title": sent.get("title", ""),
        "settings": current(), "reason": sent.get("reason", ""),
    }  # fmt: skip
    try:
        if upload is not None:
            content = upload.read(dossier.MOST_BYTES + 1)
            made = dossier.keep(**given, content=content, name=upload.name or "")
        else:
            made = dossier.keep_text(**given, text=sent.get("text", "").replace("\r\n", "\n"))
    except ShichengError as error:
        return _refused(request, error, code)
    messages.success(
        request, _("“%(title)s” is in the dossier as version %(n)s.") % {"title": made.title, "n": made.version}
    )
    return redirect("holdings:fonds", code)


@desk_page(policies.READ)
@require_safe
def paper(request: HttpRequest, paper_id: UUID) -> FileResponse:
    """A paper of a dossier as it was put in."""
    one = dossier.paper(actor_of(request), paper_id)
    shown = one.mime in _INLINE
    return FileResponse(
        dossier.open_paper(one, current()), as_attachment=not shown, filename=one.name,
        content_type=f"{one.mime}; charset=utf-8" if shown else "application/octet-stream",
        headers={"Content-Security-Policy": CLOSED_POLICY},
    )  # fmt: skip


def _refused(request: HttpRequest, error: ShichengError, code: str) -> HttpResponse:
    if error.http_status == 403:
        raise error
    messages.error(request, f"{error.message} {error.hint or ''}".strip())
    there = fonds.listed_fonds(actor_of(request)).filter(code=code).exists()
    return redirect(reverse("holdings:fonds", args=[code]) if there else reverse("holdings:fonds_register"))


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
