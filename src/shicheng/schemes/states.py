"""The way of one version of a unit's table. Whether an approved one is in force, its dates say."""

from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.kernel.states import Machine, Move

SCHEDULE: Final = Machine(
    "schedule",
    start="draft",
    moves=[
        Move("submit", "draft", "submitted", permission="schemes.schedule.draft", label=_("Submit for approval")),
        Move("reopen", "submitted", "draft", permission="schemes.schedule.draft", label=_("Take back")),
        Move("approve", "submitted", "approved", permission="schemes.schedule.approve", label=_("Approve")),
        Move("discard", "draft", "discarded", permission="schemes.schedule.draft", label=_("Discard")),
    ],
)
