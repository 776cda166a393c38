"""Saying which records are of a major event: by hand, by batch with preview, by rule.

A rule is the words of the event and the days around it. Items of the holdings and documents of the pool are linked
alike; a document that became an item is from then on that item.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from shicheng.acquiring import events, policies
from shicheng.acquiring.errors import BadEvent
from shicheng.acquiring.majors import SUBJECT, locked
from shicheng.acquiring.models import EventRecord, MajorEvent, PlanLine
from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.holdings import policies as holdings
from shicheng.holdings.models import Item
from shicheng.ingest import loose
from shicheng.ingest.ports import PoolDocument
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor

MOST_CHOSEN: Final = 500
MOST_DOCUMENTS: Final = 1000  # of the pool, found at once
_PART: Final = 500
_CATEGORIES: Final = {"ZP": "photo", "LX": "video", "LY": "audio", "SW": "object"}  # codes of DA/T 13


@dataclass(frozen=True, slots=True)
class Finding:
    """By what records of an event are looked for."""

    words: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    fonds: str = ""

    @classmethod
    def of(cls, one: MajorEvent) -> Finding:
        """The rule of an event."""
        around = timedelta(days=one.margin)
        return cls(tuple(one.words), one.begins - around, one.ends + around)

    def to_json(self) -> dict[str, Any]:
        """For the row of a job."""
        days = {"first": str(self.first or ""), "last": str(self.last or "")}
        return {**asdict(self), **days, "words": list(self.words)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Finding:
        """Read back what `to_json` wrote."""
        first, last = (date.fromisoformat(told[name]) if told[name] else None for name in ("first", "last"))
        return cls(tuple(told["words"]), first, last, told["fonds"])

    def require_sound(self) -> Finding:
        """Raise `BadEvent` for one that would find everything; return it."""
        words = tuple(dict.fromkeys(word for one in self.words if (word := " ".join(one.split())[:60])))
        if not words and (self.first is None or self.last is None):
            raise BadEvent(
                _("Nothing says which records are of the event."), hint=_("Give words of titles, or two days.")
            )
        if self.first and self.last and self.last < self.first:
            raise BadEvent(_("The last day lies before the first."), hint=_("Correct the days."))
        return replace(self, words=words[:20])


def find_items(actor: Actor, one: MajorEvent, finding: Finding) -> QuerySet[Item]:
    """Items the actor may see that fit and are not linked with the event yet, by code."""
    found = holdings.visible(actor).exclude(pk__in=_linked(one, "item"))
    if finding.words:
        found = found.filter(functools.reduce(operator.or_, (Q(title__icontains=word) for word in finding.words)))
    if finding.first is not None:
        found = found.filter(date_to__gte=finding.first)
    if finding.last is not None:
        found = found.filter(date_from__lte=finding.last)
    if finding.fonds:
        found = found.filter(fonds__code=finding.fonds)
    return found.select_related("fonds").order_by("code_sort", "id")


def find_documents(actor: Actor, one: MajorEvent, finding: Finding) -> list[PoolDocument]:
    """Documents of the pool the actor may see that fit and are not linked with the event yet."""
    there = set(_linked(one, "document"))
    found = loose.find_documents(
        actor=actor, fonds=finding.fonds, words=finding.words, first=finding.first, last=finding.last,
        most=MOST_DOCUMENTS,
    )  # fmt: skip
    return [each for each in found if each.id not in there]


def link_records(
    *, actor: Actor, number: str, keys: Sequence[UUID] = (), codes: Sequence[str] = (), line: UUID | str = "",
    how: str = "hand",
) -> int:  # fmt: skip
    """Link items (by id or code) and documents of the pool (by id) with an event; returns how many were new.

    Without a line each goes to the first one that wants its form from its unit. Raises `BadEvent`, `EventNotFound`.
    """
    if len(keys) + len(codes) > MOST_CHOSEN:
        raise BadEvent(
            _("More than %(most)s records were chosen.", most=MOST_CHOSEN), hint=_("Take all that fit instead.")
        )
    with atomic():
        one = locked(actor, number, policies.LINK)
        seen = holdings.visible(actor).select_related("fonds").prefetch_related("files")
        wanted = [text.strip() for text in codes if text.strip()]
        items = list(seen.filter(Q(pk__in=list(keys)) | Q(reference_code__in=wanted)))
        documents = loose.find_documents(actor=actor, keys=list(keys)) if keys else []
        missing = set(wanted) - {item.reference_code for item in items}
        missing |= {str(key) for key in keys} - {str(each.pk) for each in items} - {str(each.id) for each in documents}
        if missing:
            raise BadEvent(
                _("There is no record %(key)s here, or it is not open to you.", key=sorted(missing)[0][:100]),
                hint=_("Look it up, and correct its code."),
            )
        return _write(actor, one, items, documents, _line(one, line), how)


def link_all(run: Run, *, number: str, finding: Mapping[str, Any], line: str = "") -> int:
    """Link everything that fits, part by part, as far as whoever asked may see it. Safe to run twice."""
    wanted = Finding.from_json(finding).require_sound()
    with atomic():
        one = locked(run.actor, number, policies.LINK)
    return _link_all(run, run.actor, one, wanted, "batch", line)


def unlink_records(*, actor: Actor, number: str, records: Sequence[UUID]) -> int:
    """Take records from an event; they stay as they are. Twice is once."""
    with atomic():
        one = locked(actor, number, policies.LINK)
        seen = set(policies.visible_records(actor).filter(event=one, pk__in=list(records)).values_list("pk", flat=True))
        waiting = one.records.filter(pk__in=list(records), item=None)
        shown = {each.id for each in loose.find_documents(actor=actor, keys=_keys(waiting))}
        seen |= {row.pk for row in waiting if row.document in shown}
        gone = list(one.records.filter(pk__in=seen))
        if gone:
            one.records.filter(pk__in=seen).delete()
            keys = [str(row.item_id or row.document) for row in gone]
            told = {"number": one.number, "count": len(gone), "records": keys}
            audit.append(actor, events.UNLINKED, (SUBJECT, one.pk), told)
    return len(gone)


def move_records(*, actor: Actor, number: str, records: Sequence[UUID], line: UUID | str) -> int:
    """Put records of an event to a line of its plan, or to none; returns how many moved."""
    with atomic():
        one = locked(actor, number, policies.LINK)
        target = _line(one, line)
        moved = list(one.records.filter(pk__in=list(records)).exclude(line=target))
        if target is None:
            moved = [row for row in moved if row.line_id is not None]
        if moved:
            one.records.filter(pk__in=[row.pk for row in moved]).update(line=target)
            for row in moved:
                row.line = target
            audit.append(actor, events.LINKED, (SUBJECT, one.pk), _told(one, target, moved, "hand"))
    return len(moved)


def anything_to_follow() -> bool:
    """Tell whether an open event looks for records by itself, or a linked document is still in the pool."""
    auto = MajorEvent.objects.filter(state="open", is_auto=True)
    return auto.exists() or EventRecord.objects.filter(item=None).exists()


def follow(run: Run) -> int:
    """Link what the rules of open events find."""
    return sum(
        _link_all(run, SYSTEM, one, Finding.of(one), "rule")
        for one in MajorEvent.objects.filter(state="open", is_auto=True)
    )


def settle() -> int:
    """Let linked documents of the pool that became items be those; returns how many. Safe to run twice."""
    settled = 0
    waiting = EventRecord.objects.filter(item=None).order_by("event", "id")
    for part in chunked(list(waiting.select_related("event")), _PART):
        held = {one.id: one.held for one in loose.find_documents(actor=SYSTEM, keys=_keys(part)) if one.held}
        there = set(Item.objects.filter(pk__in=list(held.values())).values_list("pk", flat=True))
        became = [(row, held[row.document]) for row in part if row.document in held and held[row.document] in there]
        for event in dict.fromkeys(row.event for row, _item in became):
            settled += _settle_event(event, [(row.pk, item) for row, item in became if row.event_id == event.pk])
    return settled


def _settle_event(one: MajorEvent, became: Sequence[tuple[UUID, UUID | None]]) -> int:
    with atomic():
        MajorEvent.objects.select_for_update().get(pk=one.pk)
        there = set(_linked(one, "item"))
        rows = {row.pk: row for row in one.records.filter(pk__in=[key for key, _item in became], item=None)}
        settled = []
        for key, item in became:
            row = rows.get(key)
            if row is None:
                continue
            if item in there:
                row.delete()  # it was linked as an item meanwhile
                continue
            row.item_id = item
            row.save(update_fields=["item"])
            settled.append(row)
        if settled:
            audit.append(SYSTEM, events.LINKED, (SUBJECT, one.pk), _told(one, None, settled, "rule"))
    return len(settled)


def form_of(mimes: Iterable[str], category: str = "") -> str:
    """The form of a record by its category, else by the type of its first file, which is the main one."""
    if category in _CATEGORIES:
        return _CATEGORIES[category]
    first = next((mime.partition("/")[0] for mime in mimes if mime), "")
    return {"image": "photo", "video": "video", "audio": "audio"}.get(first, "text")


def _link_all(run: Run, actor: Actor, one: MajorEvent, finding: Finding, how: str, line: str = "") -> int:
    linked = 0
    seen = holdings.visible(actor).select_related("fonds").prefetch_related("files")
    keys = list(find_items(actor, one, finding).values_list("pk", flat=True))
    for part in chunked(keys, _PART):
        with atomic():
            locked_one = MajorEvent.objects.select_for_update().get(pk=one.pk)
            items = list(seen.filter(pk__in=part))
            linked += _write(actor, locked_one, items, [], _line(locked_one, line), how)
        run.progress(linked, len(keys))
    documents = find_documents(actor, one, finding)
    if documents:
        with atomic():
            locked_one = MajorEvent.objects.select_for_update().get(pk=one.pk)
            linked += _write(actor, locked_one, [], documents, _line(locked_one, line), how)
    return linked


def _write(
    actor: Actor, one: MajorEvent, items: Sequence[Item], documents: Sequence[PoolDocument], line: PlanLine | None,
    how: str,
) -> int:  # fmt: skip
    """Write the links that are not there yet. Inside `atomic()`, the event locked."""
    there = set(_linked(one, "item")) | set(_linked(one, "document"))
    lines = list(one.lines.order_by("order"))
    now, rows = clock.now(), []
    for item in items:
        if item.pk not in there:
            form = form_of((file.mime for file in item.files.all()), item.category)
            at = line or _wanting(lines, form, item.fonds.code, item.department)
            rows.append(EventRecord(event=one, line=at, item=item, form=form, how=how, by=actor.name[:200], at=now))
    for each in documents:
        if each.id not in there and each.held not in there:
            form = form_of(each.mimes)
            at = line or _wanting(lines, form, each.fonds, each.unit)
            rows.append(
                EventRecord(
                    event=one, line=at, document=each.id, item_id=each.held, form=form, how=how, by=actor.name[:200],
                    at=now,
                )
            )  # fmt: skip
    if rows:
        EventRecord.objects.bulk_create(rows, batch_size=200)
        audit.append(actor, events.LINKED, (SUBJECT, one.pk), _told(one, line, rows, how))
    return len(rows)


def _wanting(lines: Sequence[PlanLine], form: str, fonds: str, unit: str) -> PlanLine | None:
    """The first line that wants this form from this unit, else from this fonds without naming a unit."""
    fitting = [line for line in lines if line.form == form and line.fonds_code == fonds]
    named = [line for line in fitting if line.unit and line.unit == unit]
    return next(iter([*named, *(line for line in fitting if not line.unit)]), None)


def _line(one: MajorEvent, key: UUID | str) -> PlanLine | None:
    if not key:
        return None
    found = one.lines.filter(pk=key).first()
    if found is None:
        raise BadEvent(
            _("There is no such line in the plan of %(number)s.", number=one.number), hint=_("Choose one of the list.")
        )
    return found


def _linked(one: MajorEvent, column: str) -> QuerySet[EventRecord, Any]:
    return one.records.exclude(**{column: None}).values_list(column, flat=True)


def _keys(rows: Iterable[EventRecord]) -> list[UUID]:
    return [row.document for row in rows if row.document is not None]


def _told(one: MajorEvent, line: PlanLine | None, rows: Sequence[EventRecord], how: str) -> dict[str, Any]:
    return {
        "number": one.number, "count": len(rows), "how": how, "line": str(line.pk) if line else "",
        "records": [
            [str(row.item_id or ""), str(row.document or ""), row.form, str(row.line_id or "")] for row in rows
        ],
    }  # fmt: skip
