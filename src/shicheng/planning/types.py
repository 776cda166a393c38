"""Values of this room: what can be missing, how it is explained, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


class Kind(StrEnum):
    """By what expectation something is found to be missing."""

    CALENDAR = "calendar"
    NUMBERS = "numbers"
    MEETINGS = "meetings"
    KINDS = "kinds"


KINDS: Final[dict[str, Message]] = {
    Kind.CALENDAR: _("Due and not come"),
    Kind.NUMBERS: _("Gaps in numbers"),
    Kind.MEETINGS: _("Meetings without minutes"),
    Kind.KINDS: _("Kinds that stayed away"),
}
STATES: Final[dict[str, Message]] = {
    "open": _("still missing"),
    "explained": _("explained"),
    "settled": _("settled"),
}
EXPLANATIONS: Final[dict[str, Message]] = {
    "void": _("void, never issued"),
    "not_filed": _("not for filing"),
    "elsewhere": _("kept elsewhere"),
    "other": _("another reason"),
}
QUARTERS: Final = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that should be here and is not. `key` is what makes it the same one when it is found again."""

    kind: Kind
    key: str
    what: Message
    reason: Message
    missing: int = 1
    klass: str = ""
    row_key: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One class or row of a unit's table with what came of a year and of those before."""

    year: int
    due: date
    klass: str = ""
    row_key: str = ""
    label: str = ""
    counts: dict[int, int] = field(default_factory=dict)  # records by filing year
    has_own_due: bool = False
    is_recalled: bool = False  # its due date is a recalled rule

    @property
    def came(self) -> int:
        """Records of the year."""
        return self.counts.get(self.year, 0)

    @property
    def before(self) -> int:
        """Records of the year before."""
        return self.counts.get(self.year - 1, 0)


@dataclass(frozen=True, slots=True)
class Series:
    """The numbers there are of one series in one year; `label` is how a number is written, with %d for it."""

    key: str
    name: str
    numbers: tuple[int, ...]
    why: Message  # it is expected to be whole
    klass: str = ""
    is_document: bool = True


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that is known, from a business entity or from titles, and lacks what it should have left."""

    key: str
    name: str
    lacks: str  # words, one of which would be enough
    records: tuple[str, ...]  # ids of the records that tell of it
    entity: str = ""
    klass: str = ""
    rule: str = ""


@dataclass(slots=True)
class Outcome:
    """What looking at units changed."""

    units: int = 0
    found: int = 0
    again: int = 0
    settled: int = 0
    open: int = 0
    reminded: int = 0

    def add(self, other: Outcome) -> None:
        """Count another one in."""
        self.units += other.units
        self.found += other.found
        self.again += other.again
        self.settled += other.settled
        self.open += other.open
        self.reminded += other.reminded

    def to_json(self) -> dict[str, int]:
        """For jobs and scripts."""
        return {
            "units": self.units, "found": self.found, "again": self.again, "settled": self.settled,
            "open": self.open, "reminded": self.reminded,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A line of a plan before it is written; `unit` is a code, `basis` a message as it is kept, {} for none."""

    unit: str
    category: str = ""
    retention: str = ""
    quarter: int = 2
    items: int = 0
    volumes: int = 0
    bytes: int = 0
    basis: dict[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with one line of a plan: its place, the name of the value, the reason."""

    line: int
    column: str
    reason: Message
