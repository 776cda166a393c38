"""What the audit log tells of itself. No Django here: the offline verifier uses it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from shicheng.kernel.messages import Message

PROBLEMS_KEPT = 100


class Side(StrEnum):
    """Whose entry it is, for those who watch: an administrator's, or one made under emergency powers."""

    ADMINISTRATION = "administration"
    EMERGENCY = "emergency"


PLATFORM = frozenset({"people", "audit", "jobs", "storage", "api", "desk", "settings"})
"""Rooms that know nothing of records: what the operator does there is administration."""
ACTING_AS = "acting_as"
EMERGENCY = "emergency"
"""Keys of details that say as what somebody acted."""


def side_of(*, kind: str, event: str, details: Mapping[str, Any]) -> Side | None:
    """Whose entry it is, from what its hash is taken over; None is an ordinary user's, a program's or the system's."""
    room = event.partition(".")[0]
    if ACTING_AS in details or (kind == "operator" and room in PLATFORM):
        return Side.ADMINISTRATION
    return Side.EMERGENCY if EMERGENCY in details or event.startswith("people.emergency.") else None


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a verification found. `problems` holds the first hundred, each a full sentence."""

    entries: int
    intact: bool
    first_bad: int | None = None
    problems: tuple[Message, ...] = ()
    heads_checked: int = 0
    heads_unproved: int = 0  # signed by a key nobody vouched for
    withheld: int = 0  # entries of which only the link was there to be verified


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """Which entries to list; empty means any. `before` is a position, for reading page by page."""

    event: str = ""
    subject_kind: str = ""
    subject_id: str = ""
    actor_name: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 100


@dataclass(slots=True)
class Findings:
    """Problems while they are being collected."""

    problems: list[Message] = field(default_factory=list)
    first_bad: int | None = None

    def add(self, position: int | None, problem: Message) -> None:
        """Note a problem at `position`, None if it belongs to no entry."""
        if position is not None and (self.first_bad is None or position < self.first_bad):
            self.first_bad = position
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(problem)
