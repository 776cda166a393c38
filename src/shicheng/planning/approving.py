"""What is approved of this room: plans of accessions."""

from __future__ import annotations

from django.urls import reverse

from shicheng.approvals import registry
from shicheng.approvals.models import ApprovalRequest
from shicheng.approvals.types import Kind, Step
from shicheng.audit import services as audit
from shicheng.base.later import later
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.planning import events, policies
from shicheng.planning.models import Plan
from shicheng.planning.states import PLAN

_line = later("shicheng.planning.plans", "lines_for_log")


def approve_plan(actor: Actor, request: ApprovalRequest) -> None:
    """Let a plan hold; twice is once."""
    plan = Plan.objects.select_for_update().get(pk=request.subject_id)
    if plan.state in ("approved", "closed"):
        return
    plan.state = PLAN.next(plan.state, "approve")
    plan.approved_by, plan.approved_at = actor.name[:200], clock.now()
    plan.save(update_fields=["state", "approved_by", "approved_at"])
    lines = [_line(one) for one in plan.lines.select_related("unit").order_by("order")]
    details = {"year": plan.year, "lines": len(lines), "planned": lines, "note": plan.note}
    audit.append(actor, events.PLAN_APPROVED, ("accession_plan", plan.pk), details)


def reopen_plan(actor: Actor, request: ApprovalRequest) -> None:
    """Make a plan a draft again, whose request was refused, withdrawn or expired; twice is once."""
    plan = Plan.objects.select_for_update().get(pk=request.subject_id)
    if plan.state != "submitted":
        return
    plan.state = PLAN.next(plan.state, "take_back")
    plan.save(update_fields=["state"])
    details = {"year": plan.year, "request": request.number}
    audit.append(actor, events.PLAN_REOPENED, ("accession_plan", plan.pk), details)


def look_at_plan(request: ApprovalRequest) -> str:
    """The page of the plan that is asked about."""
    return reverse("planning:plan", args=[request.payload["year"]])


registry.kind(
    Kind(
        code="planning.plan",
        label=_("Plan of accessions"),
        steps=(Step("approve", _("Approval of the plan"), policies.APPROVE_PLANS),),
        carry_out=approve_plan,
        let_go=reopen_plan,
        look=look_at_plan,
        days_due=30,
    )
)
