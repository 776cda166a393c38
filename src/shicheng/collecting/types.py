"""Values of this room. No database here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.kernel.messages import Message

SCHEMA: Final = "shicheng-filing/1"
RECEIPT: Final = "shicheng-filing-receipt/1"
METADATA: Final = "metadata"
"""Name of the part that describes the document."""
LEVELS: Final = ("公开", "限制", "内部", "秘密", "机密", "绝密")
NOT_FILED: Final = "-"
"""Stands in place of a row for kinds of documents that are not filed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: where (a JSON pointer), which element or part, and why."""

    pointer: str
    name: str
    message: Message

    def to_json(self) -> dict[str, Any]:
        """What is kept of it."""
        return {"pointer": self.pointer, "name": self.name, "message": self.message.to_json()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Fault:
        """What `to_json` wrote."""
        return cls(kept["pointer"], kept["name"], Message.from_json(kept["message"]))


@dataclass(frozen=True, slots=True)
class ArrivedFile:
    """A file that came with a document: its bytes lie at `local`, durable or about to be."""

    part: str
    local: Path
    size: int
    digests: dict[str, str]


@dataclass(slots=True)
class Arrived:
    """What one request brought."""

    metadata: bytes | None = None
    files: dict[str, ArrivedFile] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)  # names of parts that are no file
    doubled: list[str] = field(default_factory=list)  # names of parts that came twice

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(one.size for one in self.files.values())


@dataclass(frozen=True, slots=True)
class Judged:
    """The row of the filing table that says a document is filed; empty where none does."""

    row: str = ""  # id
    key: str = ""
    scope: str = ""
    category: str = ""
    department: str = ""
    retention: str = ""
    reasons: tuple[Message, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "row": self.row, "key": self.key, "scope": self.scope, "category": self.category,
            "department": self.department, "retention": self.retention,
            "reasons": [one.to_json() for one in self.reasons],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """What a push is answered with."""

    receipt: dict[str, Any]
    signature: dict[str, str] | None
    is_new: bool = True
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Became:
    """An item of the pool or the holdings that a pushed document became, or became part of."""

    item: UUID
    state: str  # open, filing, closed
    code: str = ""
    held_item: UUID | None = None
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a pushed document by now."""

    state: str
    items: tuple[Became, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    """What was taken from a system in a month; `digest` is the SM3 over a line for each receipt."""

    month: str
    documents: int
    files: int
    bytes: int
    digest: str
    by_state: dict[str, int]


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the business process as pages tell it."""

    what: str
    who: str
    when: str
    moment: datetime | None
    words: str
    is_planned: bool = False
