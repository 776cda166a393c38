"""What is approved of this room: versions of filing tables, by the supervising archive (档案主管部门)."""

from __future__ import annotations

from typing import Final

from django.urls import reverse

from shicheng.approvals import registry
from shicheng.approvals.models import ApprovalRequest
from shicheng.approvals.types import Kind, Step
from shicheng.base.later import later
from shicheng.kernel.messages import message as _
from shicheng.schemes import policies

REQUEST: Final = "schemes.schedule"


def look_at_schedule(request: ApprovalRequest) -> str:
    """The page of the version that is asked about."""
    return reverse("schemes:schedule", args=[request.payload["unit"], request.payload["version"]])


registry.kind(
    Kind(
        code=REQUEST,
        label=_("Filing table"),
        steps=(Step("supervise", _("Approval by the supervising archive"), policies.APPROVE),),
        carry_out=later("shicheng.schemes.deciding", "approve_schedule"),
        let_go=later("shicheng.schemes.deciding", "reopen_schedule"),
        look=look_at_schedule,
        days_due=30,
    )
)
