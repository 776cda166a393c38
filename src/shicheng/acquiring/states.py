"""The ways of an acquisition, of what is brought in for it, and of a major event, as tables."""

from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.kernel.states import Machine, Move

_WRITE: Final = "acquiring.acquisition.write"

ACQUISITION: Final = Machine(
    "acquisition",
    start="noted",
    moves=[
        Move("examine", "noted", "examined", permission=_WRITE, label=_("Close the examination")),
        # A second person agrees by a request; until then nothing of it may be changed.
        Move("submit", "examined", "submitted", permission=_WRITE, label=_("Ask for agreement")),
        Move("agree", "submitted", "agreed", permission="acquiring.acquisition.agree", label=_("Agree")),
        Move("take_back", "submitted", "examined", label=_("Take back")),
        Move(
            "decline", ["noted", "examined", "agreed"], "declined", permission=_WRITE, needs_reason=True,
            label=_("Decline"),
        ),
        Move("reopen", "declined", "noted", permission=_WRITE, label=_("Take up again")),
        Move("receive", "agreed", "received", permission=_WRITE, label=_("Note what came")),
        Move("accession", "received", "accessioned", permission=_WRITE, label=_("Enter into the holdings")),
        # Only of what was deposited: it goes back to its holder.
        Move(
            "return", ["received", "accessioned"], "returned", permission=_WRITE, needs_reason=True,
            label=_("Give back"),
        ),
    ],
)  # fmt: skip
DELIVERY: Final = Machine(
    "delivery",
    start="arriving",
    moves=[
        Move("keep", "arriving", "here", permission=_WRITE),
        Move("fail", "arriving", "failed", permission=_WRITE),
    ],
)
MAJOR_EVENT: Final = Machine(
    "major event",
    start="open",
    moves=[
        Move("close", "open", "closed", permission="acquiring.event.write", label=_("Close collecting")),
        Move("reopen", "closed", "open", permission="acquiring.event.write", label=_("Collect again")),
    ],
)
KEPT: Final = ("agreed", "received", "accessioned", "returned")
"""States in which what is written of an acquisition lies in the store too."""
OPEN: Final = ("noted", "examined", "submitted", "agreed", "received")
"""States in which somebody has to go on with it."""
