"""Who answers for what (责任制): per fonds and kind of task, as the lists of what is overdue name them.

主要领导负总责 is the leader in charge, 具体抓 the responsible department, 直接抓 the handling person,
联合抓 who helps. What is noted of a fonds and a task goes before what is noted of the fonds, then of the task, then
of all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people import news, policies
from shicheng.people.errors import BadDuty
from shicheng.people.models import Duty, User
from shicheng.people.types import Actor


class Part(StrEnum):
    """In which part somebody answers."""

    LEADER = "leader"
    DEPARTMENT = "department"
    HANDLER = "handler"
    JOINT = "joint"


PARTS: Final[dict[str, Message]] = {
    Part.LEADER: _("Leader in charge"),
    Part.DEPARTMENT: _("Responsible department"),
    Part.HANDLER: _("Handling person"),
    Part.JOINT: _("Jointly responsible"),
}
TASKS: Final[dict[str, Message]] = {
    "filing": _("Filing"),
    "collecting": _("Collecting"),
    "transfer": _("Transfer and receipt"),
    "arranging": _("Arranging"),
    "describing": _("Describing"),
    "keeping": _("Keeping"),
    "digitising": _("Digitising"),
    "appraisal": _("Appraisal"),
    "opening": _("Opening review"),
    "use": _("Use"),
    "supervision": _("Supervision"),
}


@dataclass(frozen=True, slots=True)
class Responsibility:
    """Names of those who answer for a task in a fonds; empty where nobody is noted."""

    leader: str = ""
    department: str = ""
    handlers: tuple[str, ...] = ()
    joint: tuple[str, ...] = ()
    user_ids: frozenset[UUID] = frozenset()  # of those who have an account here
    leader_ids: frozenset[UUID] = frozenset()  # of the leaders among them

    @property
    def is_noted(self) -> bool:
        """Tell whether anybody answers."""
        return bool(self.leader or self.department or self.handlers or self.joint)

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody, the leader first."""
        return tuple(dict.fromkeys(filter(None, (self.leader, self.department, *self.handlers, *self.joint))))


def duty_of(fonds: str, task: str) -> Responsibility:
    """Who answers for a kind of task (see `TASKS`) in a fonds."""
    return duties_of([(fonds, task)])[fonds, task]


def duties_of(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Responsibility]:
    """Who answers in each of many (fonds, task), in one question to the database; for lists."""
    wanted = list(dict.fromkeys(places))
    codes, tasks = {fonds for fonds, _task in wanted}, {task for _fonds, task in wanted}
    rows = Duty.objects.filter(ended__isnull=True, fonds__in={*codes, ""}, task__in={*tasks, ""})
    noted: dict[tuple[str, str, str], list[Duty]] = {}
    for row in rows.order_by("begins", "id"):
        noted.setdefault((row.fonds, row.task, row.part), []).append(row)

    def nearest(fonds: str, task: str, part: str) -> list[Duty]:
        steps = ((fonds, task), (fonds, ""), ("", task), ("", ""))
        return next((noted[*step, part] for step in steps if (*step, part) in noted), [])

    found = {}
    for fonds, task in wanted:
        parts = {part: nearest(fonds, task, part) for part in Part}
        found[fonds, task] = Responsibility(
            leader="、".join(one.name for one in parts[Part.LEADER]),
            department="、".join(one.name for one in parts[Part.DEPARTMENT]),
            handlers=tuple(one.name for one in parts[Part.HANDLER]),
            joint=tuple(one.name for one in parts[Part.JOINT]),
            user_ids=frozenset(one.user_id for rows in parts.values() for one in rows if one.user_id is not None),
            leader_ids=frozenset(one.user_id for one in parts[Part.LEADER] if one.user_id is not None),
        )
    return found


def duties(actor: Actor) -> QuerySet[Duty]:
    """The duties that hold now and the actor may see: of the fonds they reach, and those of all fonds."""
    held = Duty.objects.filter(ended__isnull=True)
    if not policies.allows(actor, policies.READ_DUTIES):
        return held.none()
    codes = policies.whole_fonds(actor, policies.READ_DUTIES)
    return held if codes is None else held.filter(fonds__in={*codes, ""})


def assign_duty(
    *, actor: Actor, part: str, fonds: str = "", task: str = "", username: str = "", name: str = ""
) -> Duty:
    """Note that a person with an account, or a department or person by name, answers for a task in a fonds.

    Noting it twice is noting it once. Raises `BadDuty`, `NotPermitted`.
    """
    code = fonds.strip()
    if code:
        policies.require(actor, policies.ASSIGN_DUTIES, fonds=code)
    else:
        _require_everywhere(actor)
    if part not in PARTS or (task and task not in TASKS):
        raise BadDuty(
            _("There is no part %(part)s or no task %(task)s.", part=part, task=task or "–"),
            hint=_("Choose from the lists."),
        )
    user = User.objects.filter(username=username.strip(), is_active=True).first() if username.strip() else None
    if username.strip() and user is None:
        raise BadDuty(
            _("There is no account %(name)s that may sign in.", name=username.strip()),
            hint=_("Write the name of a person or department instead."),
        )
    shown = (str(user) if user else name.strip())[:200]
    if not shown:
        raise BadDuty(_("Nobody is named."), hint=_("Choose an account, or write a name."))
    with atomic():
        same = Duty.objects.select_for_update().filter(
            fonds=code, task=task, part=part, user=user, name=shown, ended__isnull=True
        )
        if (there := same.first()) is not None:
            return there
        duty = Duty.objects.create(
            fonds=code, task=task, part=part, user=user, name=shown, begins=clock.now(), noted_by=actor.name[:200]
        )
        news.tell(actor, news.DUTY_ASSIGNED, ("duty", str(duty.pk)), _details(duty))
    return duty


def end_duty(*, actor: Actor, duty_id: UUID) -> Duty:
    """Note that somebody answers no longer; one that ended before stays as it is."""
    with atomic():
        duty = Duty.objects.select_for_update().filter(pk=duty_id).first()
        if duty is None:
            policies.require(actor, policies.ASSIGN_DUTIES)
            raise BadDuty(_("There is no such duty."), hint=_("Look it up in the list."))
        if duty.fonds:
            policies.require(actor, policies.ASSIGN_DUTIES, fonds=duty.fonds)
        else:
            _require_everywhere(actor)
        if duty.ended is None:
            duty.ended, duty.ended_by = clock.now(), actor.name[:200]
            duty.save(update_fields=["ended", "ended_by"])
            news.tell(actor, news.DUTY_ENDED, ("duty", str(duty.pk)), _details(duty))
    return duty


def _require_everywhere(actor: Actor) -> None:
    policies.require(actor, policies.ASSIGN_DUTIES)
    if policies.whole_fonds(actor, policies.ASSIGN_DUTIES) is not None:
        raise BadDuty(_("You may name who answers in your own fonds only."), hint=_("Write the code of a fonds."))


def _details(duty: Duty) -> dict[str, str]:
    return {"fonds": duty.fonds, "task": duty.task, "part": duty.part, "name": duty.name}
