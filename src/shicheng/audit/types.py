"""What the audit log tells of itself. No Django here: the offline verifier uses it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shicheng.kernel.messages import Message

PROBLEMS_KEPT = 100


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a verification found. `problems` holds the first hundred, each a full sentence."""

    entries: int
    intact: bool
    first_bad: int | None = None
    problems: tuple[Message, ...] = ()
    heads_checked: int = 0
    heads_unproved: int = 0  # signed by a key nobody vouched for


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
