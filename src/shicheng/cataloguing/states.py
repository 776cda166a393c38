"""The way of a catalogue import, as a table."""

from shicheng.kernel.states import Machine, Move

IMPORT = Machine(
    "catalogue import",
    start="received",
    moves=[
        # Durable in the store; from here on it ends as done, whatever dies meanwhile.
        Move("store", "received", "stored", permission="cataloguing.import.run"),
        Move("finish", "stored", "done", permission="cataloguing.import.run"),
        Move("fail", "received", "failed", permission="cataloguing.import.run"),
        Move("undo", "done", "undoing", permission="cataloguing.import.undo", needs_reason=True),
        Move("finish_undo", "undoing", "undone", permission="cataloguing.import.undo"),
    ],
)
UNFINISHED = ("received", "stored")
