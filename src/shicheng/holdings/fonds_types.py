"""Kinds of fonds, of what happens to them, and of papers in their dossier. No database here."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


class FondsKind(StrEnum):
    """Kinds of fonds (GB/T 13967-2026)."""

    AGENCY = "agency"
    THEME = "theme"
    JOINT = "joint"
    GATHERED = "gathered"
    STRAY = "stray"


FONDS_KINDS: Final[dict[str, Message]] = {
    FondsKind.AGENCY: _("fonds of an agency"),
    FondsKind.THEME: _("fonds of a theme"),
    FondsKind.JOINT: _("joint fonds"),
    FondsKind.GATHERED: _("gathered fonds"),
    FondsKind.STRAY: _("collection of stray records"),
}


class FondsEventKind(StrEnum):
    """What happens to a fonds (GB/T 13967-2026, 9)."""

    FOUNDED = "founded"
    RENAMED = "renamed"
    ABSORBED = "absorbed"  # another agency came into this one: this fonds goes on
    MERGED = "merged"  # dissolved together with others into a new agency
    SPLIT = "split"  # a part became an agency of its own
    RESTORED = "restored"  # works again with the same tasks: the old fonds goes on
    REPLACED = "replaced"  # another name for the kind of fonds it is, such as joint
    CLOSED = "closed"


FONDS_EVENTS: Final[dict[str, Message]] = {
    FondsEventKind.FOUNDED: _("founded"),
    FondsEventKind.RENAMED: _("renamed"),
    FondsEventKind.ABSORBED: _("took over another agency"),
    FondsEventKind.MERGED: _("merged into a new fonds and closed"),
    FondsEventKind.SPLIT: _("a part became a fonds of its own"),
    FondsEventKind.RESTORED: _("restored, goes on"),
    FondsEventKind.REPLACED: _("of another kind from now on"),
    FondsEventKind.CLOSED: _("fonds closed"),
}
CLOSING: Final = frozenset({FondsEventKind.MERGED, FondsEventKind.CLOSED})

# Groups of a fonds dossier (DA/T 12): what tells of the fonds and of what was done with it.
PAPER_KINDS: Final[dict[str, Message]] = {
    "introduction": _("Introduction of the fonds"),
    "guide": _("Guide to the fonds"),
    "changes": _("Changes of agency and fonds"),
    "collecting": _("Collecting and transfers"),
    "arranging": _("Arrangement and description"),
    "appraisal": _("Appraisal and destruction"),
    "keeping": _("Keeping and conservation"),
    "statistics": _("Statistics"),
    "use": _("Use and compilation"),
    "new_techniques": _("Digitisation and systems"),
}
