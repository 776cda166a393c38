"""Major events, their plans and what was linked made anew from the log, when the database is made anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from shicheng.acquiring import events, numbering
from shicheng.acquiring.models import EventRecord, MajorEvent, PlanLine
from shicheng.audit import selectors as audit
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.holdings.models import Item
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act

_EVENTS = (
    events.EVENT_WRITTEN, events.EVENT_CLOSED, events.EVENT_REOPENED, events.LINE_WRITTEN, events.LINE_REMOVED,
    events.LINKED, events.UNLINKED,
)  # fmt: skip
_LINE = ("order", "what", "form", "unit", "quantity", "note", "handed", "handed_note")


class MajorEventRestorer:
    """Brings major events back; they have no objects of their own and stand in the log alone."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Claim no object."""
        return False

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """One act, when all records are there."""
        yield Act(datetime.max.replace(tzinfo=UTC), restore_events)


def restore_events() -> int:
    """Write the events the log tells of, where there are none. They are no objects: none is counted."""
    if MajorEvent.objects.exists():
        return 0
    with atomic():
        for entry in audit.entries_of(_EVENTS):
            _replay(entry)
    return 0


def _replay(entry: Entry) -> None:
    said, key = entry.details, UUID(entry.subject_id)
    match entry.event:
        case events.EVENT_WRITTEN:
            _replay_written(entry, said, key)
        case events.EVENT_CLOSED | events.EVENT_REOPENED:
            state = "closed" if entry.event == events.EVENT_CLOSED else "open"
            MajorEvent.objects.filter(pk=key).update(state=state)
        case events.LINE_WRITTEN:
            values = {name: said[name] for name in _LINE}
            values |= {"fonds_code": said["fonds"], "due": _day(said["due"]), "event_id": key}
            PlanLine.objects.update_or_create(pk=UUID(said["line"]), defaults=values)
        case events.LINE_REMOVED:
            EventRecord.objects.filter(line=UUID(said["line"])).update(line=None)
            PlanLine.objects.filter(pk=UUID(said["line"])).delete()
        case events.LINKED:
            for told in said["records"]:
                _replay_linked(entry, told, key)
        case events.UNLINKED:
            gone = [UUID(one) for one in said["records"]]
            EventRecord.objects.filter(event=key, item__in=gone).delete()
            EventRecord.objects.filter(event=key, document__in=gone).delete()


def _replay_written(entry: Entry, said: dict[str, Any], key: UUID) -> None:
    days = {"begins": date.fromisoformat(said["begins"]), "ends": date.fromisoformat(said["ends"])}
    values = {name: value for name, value in said.items() if name not in ("begins", "ends")} | days
    known = {field.attname for field in MajorEvent._meta.concrete_fields}
    values = {name: value for name, value in values.items() if name in known}
    first = {**values, "made_by": entry.actor_name, "made_at": entry.at}
    MajorEvent.objects.update_or_create(pk=key, defaults=values, create_defaults=first)
    year, _dash, count = said["number"][1:].partition("-")
    numbering.reach("event", int(year), int(count))


def _replay_linked(entry: Entry, told: list[str], key: UUID) -> None:
    item, _document, form, line = told
    if not item or not Item.objects.filter(pk=UUID(item)).exists():
        return  # the pool is not kept in the store; what became an item of it is told once more
    at = UUID(line) if line and PlanLine.objects.filter(pk=UUID(line)).exists() else None
    values = {"form": form, "line_id": at}
    first = {**values, "how": entry.details["how"], "by": entry.actor_name, "at": entry.at}
    EventRecord.objects.update_or_create(event_id=key, item_id=UUID(item), defaults=values, create_defaults=first)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
