"""The log as a page: filtered, read back in time, and verified."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from shicheng.audit import policies, registry, selectors
from shicheng.audit.types import EntryFilters
from shicheng.audit.verification import verify_chain
from shicheng.audit.words import SUBJECTS
from shicheng.base.web import render_part
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current

PAGE = 100


@desk_page(policies.READ)
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Entries the actor may list, newest first."""
    return render_part(request, "audit/log.html", "table", _page(request))


@desk_page(policies.READ)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Verify the whole chain here and now; it reads some ten thousand entries a second and changes nothing."""
    page = _page(request)
    page["proof"] = verify_chain(keys_path=current().keys_path)
    return render(request, "audit/log.html", page)


def _page(request: HttpRequest) -> dict[str, object]:
    query, actor = request.GET, actor_of(request)
    entries = selectors.recent(actor, _filters(query))
    return {
        "entries": entries[:PAGE],
        "older": entries[PAGE - 1].position if len(entries) > PAGE else None,
        "events": registry.all_events(),
        "head": selectors.head_position(),
        "heads": selectors.signed_heads(actor, limit=1),
        "subjects": SUBJECTS,
        "query": query,
    }


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
