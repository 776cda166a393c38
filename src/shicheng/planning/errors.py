"""What can go wrong with expectations, findings and plans."""

from __future__ import annotations

from collections.abc import Sequence

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message


class BadTerms(ShichengError):
    """Terms of what is expected that can't be meant."""

    code = "planning.terms.bad"
    exit_code = 2
    http_status = 422


class FindingUnknown(ShichengError):
    """No finding has this id, or it is not open to the actor."""

    code = "planning.finding.unknown"
    http_status = 404


class NothingChosen(ShichengError):
    """None of the findings that were chosen can be explained."""

    code = "planning.finding.none_chosen"
    http_status = 422


class BadExplanation(ShichengError):
    """An explanation without its kind or its reason."""

    code = "planning.finding.bad_explanation"
    http_status = 422


class UnitUnknown(ShichengError):
    """No filing unit has this code, or it is not open to the actor."""

    code = "planning.unit.unknown"
    http_status = 404


class NotEverywhere(ShichengError):
    """Something of all fonds together is asked for by somebody who reaches only some."""

    code = "planning.reach.too_small"
    http_status = 403


class PlanUnknown(ShichengError):
    """There is no plan for this year, or it is not open to the actor."""

    code = "planning.plan.unknown"
    exit_code = 2
    http_status = 404


class PlanThere(ShichengError):
    """The year has a plan already."""

    code = "planning.plan.there"
    http_status = 409


class PlanFixed(ShichengError):
    """A plan that was submitted, approved or closed would be changed."""

    code = "planning.plan.fixed"
    http_status = 409


class PlanChangedMeanwhile(ShichengError):
    """Somebody else changed the draft of the plan since it was read."""

    code = "planning.plan.changed_meanwhile"
    http_status = 409


class BadPlan(ShichengError):
    """Lines of a plan that can't be written down like this; `faults` says which and why."""

    code = "planning.plan.bad"
    exit_code = 2
    http_status = 422

    def __init__(self, message: Message, *, hint: Message | None = None, faults: Sequence[object] = ()) -> None:
        super().__init__(message, hint=hint)
        self.faults = tuple(faults)
