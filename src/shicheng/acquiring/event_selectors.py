"""Reading major events, their plans, and how much of them is there, as far as the actor may see it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from shicheng.acquiring import policies
from shicheng.acquiring.majors import unknown_event
from shicheng.acquiring.models import EventRecord, MajorEvent, PlanLine
from shicheng.ingest import loose
from shicheng.ingest.ports import PoolDocument
from shicheng.kernel import clock
from shicheng.people.duties import Responsibility, duties_of
from shicheng.people.types import Actor

TASK = "collecting"
SOON = timedelta(days=14)
ORDERS = {
    "": ("-begins", "-number"), "begins": ("begins", "number"), "name": ("name", "number"),
    "number": ("number",), "kind": ("kind", "-begins", "-number"),
}  # fmt: skip


@dataclass(slots=True)
class Standing:
    """A line of a plan and what there is of it. Only what the actor may see is counted."""

    line: PlanLine
    held: int = 0
    pool: int = 0
    answers: Responsibility = field(default_factory=Responsibility)

    @property
    def there(self) -> int:
        """Records in the holdings and the pool, and what was given over in the hand."""
        return self.held + self.pool + self.line.handed

    @property
    def is_fulfilled(self) -> bool:
        """Tell whether there is as much as was planned."""
        return self.there >= self.line.quantity

    @property
    def is_late(self) -> bool:
        """Tell whether it was due and is not all there."""
        return not self.is_fulfilled and self.line.due is not None and self.line.due < today()


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a plan is fulfilled (收集率), and what there is by form."""

    lines: int
    fulfilled: int
    late: int
    forms: dict[str, int]
    records: int

    @property
    def percent(self) -> int | None:
        """Lines fulfilled in a hundred, rounded down, so that only all is a hundred; None without a plan."""
        return self.fulfilled * 100 // self.lines if self.lines else None


def major_events(
    actor: Actor, *, state: str = "", kind: str = "", year: int | None = None, text: str = "", order: str = ""
) -> QuerySet[MajorEvent]:
    """Events the actor may see, the newest first; the year is that in which they began."""
    found = policies.visible_events(actor)
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    if year is not None:
        found = found.filter(begins__year=year)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(number__icontains=text) | Q(place__icontains=text))
    return found.order_by(*ORDERS.get(order, ORDERS[""]))


def major_event(actor: Actor, number: str) -> MajorEvent:
    """One event by its number; raises `EventNotFound`."""
    found = policies.visible_events(actor).filter(number=number).first()
    if found is None:
        raise unknown_event(number)
    return found


def standings(actor: Actor, events: Iterable[MajorEvent]) -> dict[UUID, list[Standing]]:
    """How the plans of some events stand, by event, in the order of their lines."""
    listed = list(events)
    lines = policies.visible_lines(actor).filter(event__in=[one.pk for one in listed]).order_by("order", "id")
    found: dict[UUID, list[Standing]] = {one.pk: [] for one in listed}
    by_line: dict[UUID, Standing] = {}
    for line in lines.select_related("event"):
        by_line[line.pk] = Standing(line)
        found[line.event_id].append(by_line[line.pk])
    _count(actor, by_line)
    answers = duties_of((one.line.fonds_code, TASK) for one in by_line.values())
    for one in by_line.values():
        one.answers = answers[one.line.fonds_code, TASK]
    return found


def late_lines(actor: Actor, *, soon: bool = False) -> list[Standing]:
    """Lines of open events that are due and not all there, the longest due first; with `soon` also the coming ones."""
    until = today() + SOON if soon else today() - timedelta(days=1)
    due = policies.visible_lines(actor).filter(due__lte=until, event__state="open").values("event")
    events = MajorEvent.objects.filter(pk__in=due)
    found = [one for each in standings(actor, events).values() for one in each]
    waiting = [one for one in found if one.line.due is not None and one.line.due <= until and not one.is_fulfilled]
    return sorted(waiting, key=lambda one: (one.line.due or date.max, one.line.event.number, one.line.order))


def share_of(actor: Actor, one: MajorEvent, lines: Iterable[Standing]) -> Share:
    """How much of an event's plan is fulfilled, and its records by form, as far as the actor may see them."""
    listed = list(lines)
    rows = policies.visible_records(actor).filter(event=one).order_by().values_list("form")
    forms = Counter(dict(rows.annotate(Count("pk"))))
    for row, _document in pool_records(actor, one):
        forms[row.form] += 1
    records = sum(forms.values())
    for each in listed:
        forms[each.line.form] += each.line.handed
    return Share(
        len(listed), sum(each.is_fulfilled for each in listed), sum(each.is_late for each in listed),
        {form: number for form, number in forms.items() if number}, records,
    )  # fmt: skip


def held_records(actor: Actor, one: MajorEvent, *, line: UUID | None = None, form: str = "") -> QuerySet[EventRecord]:
    """Records of an event in the holdings, by code."""
    found = policies.visible_records(actor).filter(event=one).select_related("item__fonds", "line")
    if line is not None:
        found = found.filter(line=line)
    if form:
        found = found.filter(form=form)
    return found.order_by("item__code_sort", "id")


def pool_records(actor: Actor, one: MajorEvent) -> list[tuple[EventRecord, PoolDocument]]:
    """Records of an event that are documents of the pool still."""
    rows = list(EventRecord.objects.filter(event=one, item=None).select_related("line").order_by("at", "id"))
    keys = [row.document for row in rows if row.document is not None]
    seen = {each.id: each for each in loose.find_documents(actor=actor, keys=keys)} if keys else {}
    return [(row, seen[row.document]) for row in rows if row.document in seen]


def today() -> date:
    """The day it is where the archive stands."""
    return timezone.localdate(clock.now())


def _count(actor: Actor, by_line: dict[UUID, Standing]) -> None:
    rows = policies.visible_records(actor).filter(line__in=list(by_line)).order_by().values_list("line")
    for key, number in rows.annotate(Count("pk")):
        by_line[key].held = number
    waiting: dict[UUID, list[UUID]] = defaultdict(list)
    for key, document in EventRecord.objects.filter(line__in=list(by_line), item=None).values_list("line", "document"):
        if key is not None and document is not None:
            waiting[document].append(key)
    for each in loose.find_documents(actor=actor, keys=list(waiting)) if waiting else ():
        for key in waiting[each.id]:
            by_line[key].pool += 1
