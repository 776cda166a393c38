"""The audit log: reading it, taking it along, proving it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MINYEAR, UTC, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router

from shicheng.api.cursors import read_cursor, write_cursor
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.running import EntryOut, EntryPage, ProofOut
from shicheng.audit import policies, selectors
from shicheng.audit.models import Entry
from shicheng.audit.segments import export_segment, last_position
from shicheng.audit.types import EntryFilters
from shicheng.audit.verification import verify_chain
from shicheng.settings import current

router = Router(tags=["audit"])
Moment = Annotated[datetime | None, Query(description="With a time zone, else in that of the archive.")]
After = Annotated[int, Query(ge=0, le=2**62, description="Begin behind this position.")]


@router.get("", response=EntryPage, auth=needs(policies.READ))
def list_entries(
    request: HttpRequest,
    event: Filter = "",
    subject_kind: Filter = "",
    subject_id: Filter = "",
    by: Filter = "",
    since: Moment = None,
    until: Moment = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> EntryPage:
    """Entries of the log the caller may read, newest first: of users, or of administrators."""
    name = " ".join(["audit", event, subject_kind, subject_id, by, str(since or ""), str(until or "")])
    filters = EntryFilters(
        event=event, subject_kind=subject_kind, subject_id=subject_id, actor_name=by, since=_in_utc(since),
        until=_in_utc(until), before=read_cursor(name, cursor)[0] if cursor else None, limit=limit + 1,
    )  # fmt: skip
    found = selectors.recent(actor_of(request), filters)
    following = write_cursor(name, [found[limit - 1].position]) if len(found) > limit else ""
    return EntryPage(items=[EntryOut.of(one) for one in found[:limit]], next=following)


@router.get("/export", auth=needs(policies.READ, policies.EXPORT), openapi_extra=binary("application/x-ndjson"))
def export_log(request: HttpRequest, after: After = 0) -> StreamingHttpResponse:
    """The log, or what came after a position, as lines that `shicheng audit verify FILE` proves.

    Of entries the caller may not list only the links of the chain are given.
    """
    actor = actor_of(request)
    return StreamingHttpResponse(
        _segments(after, None if policies.sees_all(actor) else policies.visible(actor)),
        content_type="application/x-ndjson",
        headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'},
    )


@router.get("/proof", response=ProofOut, auth=needs(policies.PROVE))
def prove_log(request: HttpRequest) -> ProofOut:
    """Verify the whole chain here and now; it reads some ten thousand entries a second and changes nothing."""
    found = verify_chain(keys_path=current().keys_path)
    return ProofOut(
        entries=found.entries, intact=found.intact, first_bad=found.first_bad,
        problems=[str(problem) for problem in found.problems], heads_checked=found.heads_checked,
    )  # fmt: skip


def _segments(position: int, shown: QuerySet[Entry] | None) -> Iterator[bytes]:
    while segment := export_segment(position, limit=5000, shown=shown):
        yield segment
        position = last_position(segment)


def _in_utc(moment: datetime | None) -> datetime | None:
    """Every moment that can be written: databases refuse odd displacements, and calendars end with the year 9999."""
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo is not None else timezone.make_aware(moment)).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if moment.year == MINYEAR else datetime.max.replace(tzinfo=UTC)
