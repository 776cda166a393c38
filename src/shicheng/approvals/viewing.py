"""What the pages about requests show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from shicheng.approvals import policies, selectors
from shicheng.approvals.models import ApprovalRequest, Decision
from shicheng.approvals.words import STATES, VERBS
from shicheng.audit import selectors as audit
from shicheng.kernel import clock
from shicheng.kernel.messages import Message
from shicheng.people.types import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """One request in a list."""

    one: ApprovalRequest
    title: Message
    kind: Message | str
    step: Message | str
    state: Message
    is_late: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of a request and what was decided there."""

    label: Message
    decision: Decision | None
    verb: Message | None
    is_waiting: bool


def view_lines(found: Iterable[ApprovalRequest]) -> list[Line]:
    """Requests for a list."""
    return [_line(one) for one in found]


def view_request(actor: Actor, one: ApprovalRequest) -> dict[str, Any]:
    """Everything the page of one request shows."""
    kind = selectors.kind_of(one)
    decided = {each.step: each for each in one.decisions.all()}
    steps = [
        StepLine(
            step.label,
            decided.get(place),
            VERBS[decided[place].verb] if place in decided else None,
            one.is_open and place == one.step,
        )
        for place, step in enumerate(kind.steps if kind else ())
    ]
    is_mine = one.made_by_key == policies.key_of(actor)
    return {
        "line": _line(one),
        "one": one,
        "steps": steps,
        "look": kind.look(one) if kind else "",
        "is_turn": policies.is_turn(actor, one),
        "may_withdraw": is_mine and one.is_open,
        "is_mine": is_mine,
        "history": audit.history(actor, ("request", one.pk)),
    }


def _line(one: ApprovalRequest) -> Line:
    kind = selectors.kind_of(one)
    today = timezone.localdate(clock.now())
    return Line(
        one=one,
        title=Message.from_json(one.title),
        kind=kind.label if kind else one.kind,
        step=kind.steps[one.step].label if kind and one.is_open else "",
        state=STATES[one.state],
        is_late=one.is_open and one.due is not None and one.due < today,
    )
