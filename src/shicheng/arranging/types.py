"""Values of this room. No database here."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng.kernel.messages import Message
from shicheng.packages.types import ProcessEntry


class Part(StrEnum):
    """What a file is within its item 件, in the order DA/T 22-2015 puts them; kept as 稿本 in Chinese."""

    INCOMING_SHEET = "incoming_sheet"
    REPLY = "reply"
    MAIN = "main"
    ANNEX = "annex"
    TRANSLATION = "translation"
    FORWARDED = "forwarded"
    FINAL_DRAFT = "final_draft"
    DRAFT = "draft"
    DRAFTING_SHEET = "drafting_sheet"
    INCOMING = "incoming"
    COPY = "copy"


# DA/T 22-2015, 5.1: 正本 before 定稿, 正文 before 附件, 复文 before 来文, 处理单 before the document received,
# the sheet of one's own document after it, 转发文 before 被转发文, 原件 before 复制件.
ORDER = {part: place for place, part in enumerate(Part)}
DRAFT_STATES = {
    Part.INCOMING_SHEET: "处理单",
    Part.REPLY: "复文",
    Part.MAIN: "正本",
    Part.ANNEX: "附件",
    Part.TRANSLATION: "翻译本",
    Part.FORWARDED: "被转发文",
    Part.FINAL_DRAFT: "定稿",
    Part.DRAFT: "草稿",
    Part.DRAFTING_SHEET: "发文稿纸",
    Part.INCOMING: "来文",
    Part.COPY: "复制件",
}


@dataclass(frozen=True, slots=True)
class LooseFile:
    """A file that is to be grouped, with what is known of it."""

    key: UUID
    path: str  # as it came, "/" between folders
    text: str = ""  # the beginning of its text
    pages: int | None = None
    digest: str = ""
    crowd: int = 0  # files that came in its folder, 0 where nobody counted


@dataclass(frozen=True, slots=True)
class Reason:
    """Why files belong together, or why a class is proposed."""

    words: Message
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Proposed:
    """Files that make one item, in their order, with what each is and why they belong together."""

    files: tuple[tuple[UUID, Part], ...]
    title: str
    document_number: str
    date: str
    reasons: tuple[Message, ...]
    is_sure: bool = True  # False: the norm lets them stay apart, as incoming documents and replies

    @property
    def keys(self) -> tuple[UUID, ...]:
        """The files alone."""
        return tuple(key for key, _part in self.files)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that another room brings into the pool."""

    path: Path  # where its bytes lie now
    name: str
    part: str = ""  # of `Part`; "" leaves it to the rules


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as a business system hands it over: its description, its process, its files in order."""

    elements: dict[str, str]
    files: tuple[NewFile, ...]
    process: tuple[ProcessEntry, ...] = ()
    source: str = ""  # what the other system calls it
    klass: Mapping[str, Any] = field(default_factory=dict)  # category, department, retention, row, reasons


@dataclass(frozen=True, slots=True)
class Described:
    """What classifying looks at."""

    title: str
    document_number: str = ""
    author: str = ""
    text: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a unit: what carries this prefix, comes from this body or has these words belongs there."""

    kind: str  # prefix, author, words
    value: str
    category: str = ""
    department: str = ""
    retention: str = ""
    row: str = ""  # id of the row of the filing scope that says so
    label: str = ""  # what the row says


@dataclass(frozen=True, slots=True)
class Proposal:
    """A class that is proposed, with the reasons and the row of the filing scope that judges it."""

    category: str
    department: str
    retention: str
    row: str
    weight: int
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item as numbering sees it."""

    key: UUID
    parts: dict[str, str]  # fonds, category, year, retention, department …
    date: datetime.date | None
    importance: int
    set_name: str
    title: str
    document_number: str
    code: str = ""  # the one it has


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a numbering: which item gets which code, and what stands against it."""

    key: UUID
    title: str
    old: str
    new: str
    fault: Message | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A numbering before it is applied; `mark` is the same for the same lines."""

    lines: tuple[Line, ...] = ()
    mark: str = ""
    runs: tuple[tuple[str, int, int], ...] = field(default=())  # group, first number, last number

    @property
    def faults(self) -> list[Line]:
        """The lines that can't be applied."""
        return [line for line in self.lines if line.fault is not None]
