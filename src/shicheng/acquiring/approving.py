"""What a second person agrees to here: acquisitions."""

from __future__ import annotations

from django.urls import reverse

from shicheng.acquiring import policies
from shicheng.approvals import registry
from shicheng.approvals.models import ApprovalRequest
from shicheng.approvals.types import Kind, Step
from shicheng.base.later import later
from shicheng.kernel.messages import message as _


def look_at_acquisition(request: ApprovalRequest) -> str:
    """The page of the acquisition that is asked about."""
    return reverse("acquiring:acquisition", args=[request.payload["number"]])


registry.kind(
    Kind(
        code="acquiring.acquisition",
        label=_("Acquisition"),
        steps=(Step("agree", _("Agreement of a second person"), policies.AGREE),),
        carry_out=later("shicheng.acquiring.deeds", "agree"),
        let_go=later("shicheng.acquiring.deeds", "take_back"),
        look=look_at_acquisition,
        days_due=30,
    )
)
