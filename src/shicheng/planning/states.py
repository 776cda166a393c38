"""The ways of a finding and of a plan."""

from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.kernel.states import Machine, Move

FINDING: Final = Machine(
    "finding",
    start="open",
    moves=[
        Move("explain", "open", "explained", permission="planning.finding.explain", needs_reason=True,
             label=_("Explain")),
        Move("reopen", "explained", "open", permission="planning.finding.explain", needs_reason=True,
             label=_("Take the explanation back")),
        Move("settle", ("open", "explained"), "settled", label=_("Settle")),
        Move("recur", "settled", "open", label=_("Find again")),
        Move("recur_explained", "settled", "explained", label=_("Find again, explained")),
    ],
)  # fmt: skip
PLAN: Final = Machine(
    "plan",
    start="draft",
    moves=[
        Move("submit", "draft", "submitted", permission="planning.plan.write", label=_("Submit for approval")),
        Move("take_back", "submitted", "draft", permission="planning.plan.write", label=_("Take back")),
        Move("approve", "submitted", "approved", permission="planning.plan.approve", label=_("Approve")),
        Move("close", "approved", "closed", permission="planning.plan.write", label=_("Close the year")),
    ],
)
