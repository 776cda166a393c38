"""The way of a set of changes, as a table."""

from shicheng.kernel.states import Machine, Move

CHANGE = Machine(
    "set of changes",
    start="promised",
    moves=[
        # Durable in the store; from here on it ends as done, whatever dies meanwhile.
        Move("store", "promised", "stored", permission="describing.change.run"),
        Move("finish", "stored", "done", permission="describing.change.run"),
        Move("fail", "promised", "failed", permission="describing.change.run"),
        Move("undo", "done", "undone", permission="describing.change.undo", needs_reason=True),
    ],
)
UNFINISHED = ("promised", "stored")
