"""The log as a page: filtered, read back in time, and verified."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shicheng.audit import policies, registry, selectors
from shicheng.audit.proving import AT_ONCE, export_log, last_proof, prove_log
from shicheng.audit.types import EntryFilters
from shicheng.audit.words import ROOMS, SUBJECTS
from shicheng.base.web import render_part
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.settings import current

PAGE = 100


@desk_page(policies.READ)
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Entries the actor may list, newest first."""
    return render_part(request, "audit/log.html", "table", _page(request))


@desk_page(policies.READ, policies.PROVE)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the whole chain: here and now if it is short, else by a job."""
    if selectors.head_position() > AT_ONCE:
        return HttpResponseRedirect(reverse("jobs:prove_log"), preserve_request=True)
    proof = prove_log(actor=actor_of(request), keys_path=current().keys_path)
    page = _page(request)
    page["proof"] = proof
    return render(request, "audit/log.html", page)


@desk_page(policies.READ, policies.EXPORT)
@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The log, or what came behind an entry, as signed lines that can be proved offline."""
    text = request.POST.get("after", "").strip()
    after = int(text) if text.isdecimal() and len(text) < 16 else 0
    segments = export_log(actor=actor_of(request), after=after, keys_path=current().keys_path)
    name = f"audit-{timezone.localdate():%Y%m%d}.jsonl"
    return StreamingHttpResponse(
        segments,
        content_type="application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _page(request: HttpRequest) -> dict[str, object]:
    query, actor = request.GET, actor_of(request)
    entries = selectors.recent(actor, _filters(query))
    return {
        "entries": entries[:PAGE],
        "older": entries[PAGE - 1].position if len(entries) > PAGE else None,
        "events": _grouped(registry.all_events()),
        "sees_all": policies.sees_all(actor),
        "sees": _told(actor),
        "may_export": policies.may_export(actor),
        "last_proof": last_proof(actor),
        "head": selectors.head_position(),
        "heads": selectors.signed_heads(actor, limit=1),
        "subjects": SUBJECTS,
        "query": query,
    }


def _told(actor: Actor) -> str:
    """Whose entries this actor lists, in words."""
    if policies.sees_all(actor):
        return ""
    if allows(actor, policies.READ_ADMINISTRATORS):
        return _("You read what the administrators do, and what is done under emergency powers.")
    return _("You read what users do; what the administrators do is read by the auditor.")


def _grouped(events: list[registry.Event]) -> list[tuple[object, list[registry.Event]]]:
    groups: dict[str, list[registry.Event]] = {}
    for one in events:
        groups.setdefault(one.code.partition(".")[0], []).append(one)
    return [(ROOMS.get(room, room), groups[room]) for room in groups]


def _filters(query: QueryDict) -> EntryFilters:
    before = query.get("before", "")
    until = _day(query.get("until", ""))
    return EntryFilters(
        event=query.get("event", ""),
        subject_kind=query.get("subject_kind", ""),
        subject_id=query.get("subject_id", ""),
        actor_name=query.get("by", "").strip(),
        since=_day(query.get("since", "")),
        until=until + timedelta(days=1) if until else None,
        before=int(before) if before.isdecimal() and len(before) < 16 else None,
        limit=PAGE + 1,
    )


def _day(text: str) -> datetime | None:
    try:
        return timezone.make_aware(datetime.strptime(text, "%Y-%m-%d"))  # noqa: DTZ007  # made aware here
    except ValueError:
        return None
