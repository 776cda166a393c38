"""What waits, since when, and by whose duty: each room is asked for as much of its work as the actor may see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone

from shicheng.acquiring import event_selectors as major_events
from shicheng.acquiring import policies as acquiring_may
from shicheng.acquiring import selectors as acquisitions
from shicheng.acquiring.words import STATES
from shicheng.approvals import policies as approvals_may
from shicheng.approvals import selectors as approvals
from shicheng.approvals.models import ApprovalRequest
from shicheng.arranging import policies as arranging_may
from shicheng.arranging import selectors as arranging
from shicheng.cataloguing import policies as cataloguing
from shicheng.collecting import policies as systems_may
from shicheng.collecting import selectors as systems
from shicheng.describing import policies as describing
from shicheng.ingest import policies as transfers_may
from shicheng.ingest import selectors as transfers
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.duties import TASKS, Responsibility, duties_of
from shicheng.people.policies import allows
from shicheng.people.types import Actor, Role
from shicheng.planning import policies as planning_may
from shicheng.planning import reminding
from shicheng.settings import current

MOST: Final = 300  # of one kind; more than these nobody works off a list
ORDERS: Final = ("since", "-since", "task", "fonds")


@dataclass(slots=True)
class Work:
    """One thing that waits. `task` is one of `people.duties.TASKS`; `for_me` where only this actor can go on."""

    what: Message
    address: str
    task: str
    fonds: str = ""
    since: datetime | None = None
    due: object = None
    is_late: bool = False
    for_me: bool = False
    asks_leader: bool = True  # it waits for the leader in charge too; what is new does not always
    answers: Responsibility = field(default_factory=Responsibility)

    @property
    def days(self) -> int | None:
        """Whole days it has waited."""
        return None if self.since is None else (timezone.now() - self.since).days

    @property
    def task_label(self) -> Message | str:
        """What kind of task it is."""
        return TASKS.get(self.task, self.task)


def work_of(actor: Actor, *, only_mine: bool = False, task: str = "", order: str = "since") -> list[Work]:
    """Everything that waits as far as this actor may see it, the longest wait first if nothing else is asked for."""
    found = [one for one in _all(actor) if not task or one.task == task]
    answers = duties_of((one.fonds, one.task) for one in found)
    for one in found:
        one.answers = answers[one.fonds, one.task]
        asked = one.answers.user_ids if one.asks_leader else one.answers.user_ids - one.answers.leader_ids
        one.for_me = one.for_me or (actor.user_id is not None and actor.user_id in asked)
    if only_mine:
        found = [one for one in found if one.for_me]
    never = timezone.now()
    keys: dict[str, Any] = {
        "since": lambda one: (not one.is_late, one.since or never), "task": lambda one: (one.task, one.since or never),
        "fonds": lambda one: (one.fonds, one.since or never),
    }  # fmt: skip
    found.sort(key=keys[order.removeprefix("-")] if order in ORDERS else keys["since"], reverse=order.startswith("-"))
    return found


def _all(actor: Actor) -> Iterator[Work]:
    yield from _transfers(actor)
    yield from _requests(actor)
    yield from _pools(actor)
    yield from _systems(actor)
    yield from _acquisitions(actor)
    yield from _plan_lines(actor)
    yield from _trials(actor)
    yield from _changes(actor)
    yield from _missing(actor)


def _transfers(actor: Actor) -> Iterator[Work]:
    if not allows(actor, transfers_may.READ):
        return
    for one in transfers.waiting(actor)[:MOST]:
        yield Work(
            _("Decide on the transfer %(number)s %(name)s", number=one.number, name=one.name),
            reverse("ingest:transfer", args=[one.number]), "transfer", one.fonds_code,
            one.received_at or one.announced_at,
        )  # fmt: skip


def _requests(actor: Actor) -> Iterator[Work]:
    if not allows(actor, approvals_may.READ):
        return
    mine = list(approvals.waiting_for(actor)[:MOST])
    late = [one for one in approvals.overdue(actor)[:MOST] if one not in mine]
    today = timezone.localdate()
    for one in (*mine, *late):
        yield Work(
            _("Decide on the request %(number)s: %(title)s", number=one.number, title=_title(one)),
            reverse("approvals:request", args=[one.number]), _task_of(one), one.fonds_code, one.waits_since, one.due,
            is_late=one.due is not None and one.due < today, for_me=one in mine,
        )  # fmt: skip


def _pools(actor: Actor) -> Iterator[Work]:
    if not allows(actor, arranging_may.READ):
        return
    for one in arranging.pools(actor)[:MOST]:
        if one.waiting:
            yield Work(
                _("Arrange %(number)s files and items of %(fonds)s, %(year)s", number=one.waiting,
                  fonds=f"{one.fonds} {one.fonds_name}".strip(), year=one.year),
                reverse("arranging:items", args=[one.fonds, one.year]), "arranging", one.fonds,
            )  # fmt: skip


def _acquisitions(actor: Actor) -> Iterator[Work]:
    if not allows(actor, acquiring_may.WRITE):
        return
    for one in acquisitions.waiting(actor)[:MOST]:
        yield Work(
            _("Go on with the acquisition %(number)s (%(state)s)", number=one.number, state=STATES[one.state]),
            reverse("acquiring:acquisition", args=[one.number]), "collecting", one.fonds_code, one.noted_at,
        )  # fmt: skip
    today = timezone.localdate()
    for one in acquisitions.ending_deposits(actor, today + timedelta(days=30))[:MOST]:
        yield Work(
            _("Prolong the deposit %(number)s or give it back", number=one.number),
            reverse("acquiring:acquisition", args=[one.number]), "collecting", one.fonds_code, None, one.deposit_until,
            is_late=one.deposit_until is not None and one.deposit_until < today,
        )  # fmt: skip


def _plan_lines(actor: Actor) -> Iterator[Work]:
    """What units are to file of major events, from two weeks before it is due."""
    if not allows(actor, acquiring_may.READ_EVENTS):
        return
    for one in major_events.late_lines(actor, soon=True)[:MOST]:
        yield Work(
            _("File of the event “%(event)s”: %(what)s", event=one.line.event.name, what=one.line.what),
            reverse("acquiring:event", args=[one.line.event.number]) + f"#line-{one.line.pk}", "collecting",
            one.line.fonds_code, None, one.line.due, is_late=one.is_late,
        )  # fmt: skip


def _systems(actor: Actor) -> Iterator[Work]:
    """What business systems could not push, and tokens that end."""
    if not allows(actor, systems_may.READ):
        return
    for one, refused in systems.troubles(actor)[:MOST]:
        yield Work(
            _("See why %(number)s pushes of %(name)s were refused", number=len(refused), name=one.name),
            reverse("collecting:system", args=[one.code]) + "#refused", "collecting", one.fonds_code, refused[0].at,
        )  # fmt: skip
    soon = timezone.now() + timedelta(days=current().token_warning_days)
    for one in systems.systems(actor).filter(state="in_service", token__expires__lt=soon)[:MOST]:
        if systems_may.may(actor, systems_may.TOKEN, one):
            yield Work(
                _("Renew the token of %(name)s", name=one.name), reverse("collecting:system", args=[one.code]),
                "collecting", one.fonds_code,
            )  # fmt: skip


def _trials(actor: Actor) -> Iterator[Work]:
    if not allows(actor, cataloguing.IMPORT):
        return
    for one in cataloguing.visible_trials(actor).filter(state__in=("looked", "tried"), user_id=actor.user_id)[:MOST]:
        yield Work(
            _("Go on with the trial of the catalogue %(name)s", name=one.name),
            reverse("cataloguing:trial", args=[one.pk]), "describing", one.fonds_code, one.made_at, for_me=True,
        )  # fmt: skip


def _changes(actor: Actor) -> Iterator[Work]:
    """Batch changes of one's own that left records out and were not gone on with."""
    mine = describing.visible(actor).filter(user_id=actor.user_id, user_id__isnull=False).exclude(kind="grid")
    for one in mine.filter(state="failed")[:MOST]:
        yield Work(
            _("See why the batch change %(number)s failed", number=one.number or ""),
            reverse("describing:change", args=[one.pk]), "describing", "", one.made_at, for_me=True,
        )  # fmt: skip
    left = mine.filter(state="done", left__gt=0) | mine.filter(state="done", faulty__gt=0)
    recent = timezone.now() - timedelta(days=30)
    for one in left.filter(done_at__gte=recent)[:MOST]:
        yield Work(
            _("Look at %(number)s records the batch change %(change)s left out", number=one.left + one.faulty,
              change=one.number or ""),
            reverse("describing:change", args=[one.pk]) + "#left", "describing", "", one.done_at, for_me=True,
        )  # fmt: skip


def _missing(actor: Actor) -> Iterator[Work]:
    """What filing units should have filed by now: their clerk's, then who answers for it, then the leader's."""
    if not allows(actor, planning_may.READ):
        return
    is_clerk = Role.FILING_CLERK in actor.roles and actor.kind == "user"
    for one in reminding.reminders(actor)[:MOST]:
        yield Work(
            _("%(unit)s should have filed %(missing)s records of %(year)s that are missing", unit=one.name,
              missing=one.missing, year=one.year),
            reverse("planning:unit", args=[one.unit]) + f"?year={one.year}", "filing", one.fonds, one.since, one.due,
            is_late=True, for_me=is_clerk, asks_leader="leader" in one.told,
        )  # fmt: skip


def _title(one: ApprovalRequest) -> Message:
    return Message.from_json(one.title)


def _task_of(one: ApprovalRequest) -> str:
    """A request is of the room that asks: that of filing tables is filing, and so on."""
    rooms = {
        "schemes": "filing", "planning": "collecting", "acquiring": "collecting", "arranging": "arranging",
        "holdings": "arranging",
    }  # fmt: skip
    return rooms.get(one.kind.split(".")[0], "")
