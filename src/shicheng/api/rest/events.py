"""Major events: what is to be filed of them, what has come, and which records are theirs."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status

from shicheng.acquiring import event_selectors, linking, majors, policies
from shicheng.acquiring.models import MajorEvent
from shicheng.acquiring.work import link_found
from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.events import (
    EventIn,
    EventOut,
    EventPage,
    EventRecordOut,
    EventRecordPage,
    FindingIn,
    FoundOut,
    LinkedOut,
    LinkIn,
    PlanLineIn,
    PlanLineOut,
    UnlinkIn,
)
from shicheng.base.db import atomic
from shicheng.jobs import services as jobs
from shicheng.people.types import Actor

router = Router(tags=["events"])
Number = Annotated[str, Path(min_length=1, max_length=20, pattern=r"^[^\x00-\x1f]+$")]
_SHOWN = 200


@router.get("", response=EventPage, auth=needs(policies.READ_EVENTS))
def list_events(
    request: HttpRequest, state: Filter = "", kind: Filter = "",
    year: Annotated[int | None, Query(ge=1000, le=2999)] = None, text: Filter = "", cursor: Cursor = "",
    limit: Limit = 50,
) -> EventPage:  # fmt: skip
    """Major events by number, newest first, each with how its filing plan stands."""
    actor = actor_of(request)
    rows = event_selectors.major_events(actor, state=state, kind=kind, year=year, text=text)
    name = f"major events {state} {kind} {year} {text}"
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="number", down=True)
    standings = event_selectors.standings(actor, found)
    items = [
        EventOut.of(one, standings[one.pk], event_selectors.share_of(actor, one, standings[one.pk])) for one in found
    ]
    return EventPage(items=items, next=following)


@router.post("", response={201: EventOut}, auth=needs(policies.READ_EVENTS, policies.WRITE_EVENTS))
def note_event(request: HttpRequest, body: EventIn) -> Any:
    """Write an event down."""
    actor = actor_of(request)
    return Status(201, _shown(actor, majors.write_event(actor=actor, happening=body.happening())))


@router.get("/late", response=list[PlanLineOut], auth=needs(policies.READ_EVENTS))
def list_late_lines(request: HttpRequest, soon: bool = False) -> list[PlanLineOut]:
    """Lines of filing plans that are due and not all there, with who answers; `soon` adds those of two weeks."""
    return [PlanLineOut.of(one) for one in event_selectors.late_lines(actor_of(request), soon=soon)]


@router.get("/{number}", response=EventOut, auth=needs(policies.READ_EVENTS))
def show_event(request: HttpRequest, number: Number) -> EventOut:
    """One event with its filing plan; only what the caller may see is counted."""
    actor = actor_of(request)
    return _shown(actor, event_selectors.major_event(actor, number))


@router.put("/{number}", response=EventOut, auth=needs(policies.READ_EVENTS, policies.WRITE_EVENTS))
def put_event(request: HttpRequest, number: Number, body: Annotated[EventIn, Body()]) -> EventOut:
    """Change what is written of an event."""
    actor = actor_of(request)
    made = majors.write_event(actor=actor, happening=body.happening(), number=number, revision=body.revision)
    return _shown(actor, made)


@router.post("/{number}/close", response=EventOut, auth=needs(policies.READ_EVENTS, policies.WRITE_EVENTS))
def close_event(request: HttpRequest, number: Number, again: bool = False) -> EventOut:
    """Say that nothing more is collected for an event, or that it is `again`."""
    actor = actor_of(request)
    return _shown(actor, majors.close_event(actor=actor, number=number, again=again))


@router.put("/{number}/plan", response=EventOut, auth=needs(policies.READ_EVENTS, policies.WRITE_EVENTS))
def put_plan_line(request: HttpRequest, number: Number, body: Annotated[PlanLineIn, Body()]) -> EventOut:
    """Write a line of an event's filing plan, or change one."""
    actor = actor_of(request)
    with atomic():
        line = majors.write_line(actor=actor, number=number, wanted=body.wanted(), line_id=body.id)
        if body.handed is not None:
            majors.note_handed(actor=actor, number=number, line_id=line.pk, count=body.handed, note=body.handed_note)
    return _shown(actor, event_selectors.major_event(actor, number))


@router.delete("/{number}/plan/{line_id}", response=EventOut, auth=needs(policies.READ_EVENTS, policies.WRITE_EVENTS))
def remove_plan_line(request: HttpRequest, number: Number, line_id: UUID) -> EventOut:
    """Remove a line of a plan; what was filed for it stays with the event."""
    actor = actor_of(request)
    majors.remove_line(actor=actor, number=number, line_id=line_id)
    return _shown(actor, event_selectors.major_event(actor, number))


@router.get("/{number}/records", response=EventRecordPage, auth=needs(policies.READ_EVENTS))
def list_event_records(
    request: HttpRequest, number: Number, form: Filter = "", cursor: Cursor = "", limit: Limit = 50
) -> EventRecordPage:
    """Records of an event in the holdings, as far as the caller may see them."""
    actor = actor_of(request)
    one = event_selectors.major_event(actor, number)
    rows = event_selectors.held_records(actor, one, form=form).order_by()
    found, following = page(
        rows, name=f"records of {one.pk} {form}", cursor=cursor, limit=limit, column="id", down=False
    )
    return EventRecordPage(items=[EventRecordOut.of(row) for row in found], next=following)


@router.post("/{number}/find", response=FoundOut, auth=needs(policies.READ_EVENTS, policies.LINK))
def find_event_records(request: HttpRequest, number: Number, body: Annotated[FindingIn, Body()]) -> FoundOut:
    """Count records that may be of an event, before any is linked."""
    actor = actor_of(request)
    one = event_selectors.major_event(actor, number)
    finding = body.finding()
    items = linking.find_items(actor, one, finding)
    documents = linking.find_documents(actor, one, finding)
    return FoundOut(
        count=items.count() + len(documents), items=list(items.values_list("pk", flat=True)[:_SHOWN]),
        documents=[each.id for each in documents[:_SHOWN]],
    )  # fmt: skip


@router.post("/{number}/link", response=LinkedOut, auth=needs(policies.READ_EVENTS, policies.LINK))
def link_event_records(request: HttpRequest, number: Number, body: Annotated[LinkIn, Body()]) -> LinkedOut:
    """Link records with an event: some at once, or all that are found by a job."""
    actor, line = actor_of(request), str(body.line or "")
    linked = linking.link_records(actor=actor, number=number, keys=body.records, codes=body.codes, line=line)
    if body.all_found is None:
        return LinkedOut(linked=linked)
    finding = body.all_found.finding()
    with atomic():
        majors.locked(actor, number, policies.LINK)
        job = jobs.enqueue(link_found, actor=actor, number=number, finding=finding.to_json(), line=line)
    return LinkedOut(linked=linked, job=job.pk)


@router.post("/{number}/unlink", response=LinkedOut, auth=needs(policies.READ_EVENTS, policies.LINK))
def unlink_event_records(request: HttpRequest, number: Number, body: Annotated[UnlinkIn, Body()]) -> LinkedOut:
    """Take records from an event, by the ids of their links; they stay as they are."""
    linked = linking.unlink_records(actor=actor_of(request), number=number, records=body.links)
    return LinkedOut(linked=linked)


def _shown(actor: Actor, one: MajorEvent) -> EventOut:
    lines = event_selectors.standings(actor, [one])[one.pk]
    return EventOut.of(one, lines, event_selectors.share_of(actor, one, lines))
