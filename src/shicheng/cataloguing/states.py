"""The ways of a catalogue import, of a trial of one, and of files given to records, as tables."""

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

# A change begins the look or the trial anew, whatever came of the one before.
TRIAL = Machine(
    "catalogue trial",
    start="looking",
    moves=[
        Move("look", ["looked", "trying", "tried", "failed"], "looking", permission="cataloguing.import.run"),
        Move("show", "looking", "looked", permission="cataloguing.import.run"),
        Move("try", ["looking", "looked", "tried", "failed"], "trying", permission="cataloguing.import.run"),
        Move("tell", "trying", "tried", permission="cataloguing.import.run"),
        Move("fail", ["looking", "trying"], "failed", permission="cataloguing.import.run"),
    ],
)
ATTACHMENT = Machine(
    "attachment",
    start="trying",
    moves=[
        Move("tell", "trying", "tried", permission="cataloguing.files.attach"),
        Move("try", ["tried", "failed"], "trying", permission="cataloguing.files.attach"),
        Move("attach", "tried", "attaching", permission="cataloguing.files.attach"),
        Move("finish", "attaching", "attached", permission="cataloguing.files.attach"),
        Move("fail", ["trying", "attaching"], "failed", permission="cataloguing.files.attach"),
    ],
)
