"""The states of a business system and of a document it pushed, as tables."""

from shicheng.kernel.states import Machine, Move

SYSTEM = Machine(
    "business system",
    start="trying",
    moves=[
        Move("admit", ["trying", "stopped"], "in_service", permission="collecting.system.manage"),
        Move("try", ["in_service", "stopped"], "trying", permission="collecting.system.manage"),
        Move("stop", ["trying", "in_service"], "stopped", permission="collecting.token.give", needs_reason=True),
    ],
)

PUSH = Machine(
    "pushed document",
    start="received",
    moves=[
        Move("take", "received", "pooled"),
        Move("file", "pooled", "filed"),
        Move("return", "pooled", "returned", permission="collecting.push.return", needs_reason=True),
        # A newer revision came before anybody gave it a number.
        Move("supersede", ["received", "pooled", "returned"], "superseded"),
    ],
)
