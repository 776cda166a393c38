"""The way of a request, as a table."""

from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.kernel.states import Machine, Move

REQUEST: Final = Machine(
    "request",
    start="waiting",
    moves=[
        Move("pass", "waiting", "waiting", label=_("Approve and pass on")),  # a step that is not the last one
        Move("approve", "waiting", "approved", label=_("Approve")),
        Move("refuse", "waiting", "refused", needs_reason=True, label=_("Refuse")),
        Move("withdraw", "waiting", "withdrawn", label=_("Withdraw")),
        Move("expire", "waiting", "expired", label=_("Expire")),
    ],
)
OPEN: Final = ("waiting",)
