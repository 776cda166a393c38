"""Values that other rooms hand to holdings and get from it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from shicheng.kernel.messages import Message
from shicheng.kernel.openness import OPENNESS_WORDS as OPENNESS_WORDS
from shicheng.kernel.openness import SECRECY_WORDS as SECRECY_WORDS
from shicheng.kernel.openness import Openness as Openness
from shicheng.kernel.openness import Secrecy as Secrecy

FILING_ROW: Final = "filing_row"
"""Name under which `NewItem.extra` gives the id of the row of a filing table that judged the record."""
ORIGINAL: Final = "（原文）"
"""Ends the label of a value as its catalogue had it, where it was brought into another form."""
UNREAD: Final = "未识读 unread"
"""Label of the headers whose values no rule could read."""
TAKEN_FROM: Final = " ←"
"""Ends the name of an element that was taken from another column, with that column's header."""


def is_remark(label: str) -> bool:
    """Tell whether what stands under a label of `extra` is no value of the record but how it was read and judged."""
    return label in (FILING_ROW, UNREAD) or label.endswith((ORIGINAL, TAKEN_FROM))


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a new item, already in the store."""

    order: int
    draft_state: str
    name: str
    raw_name: bytes
    logical_path: str
    size: int
    sha512: str
    sha256: str
    sm3: str
    puid: str = ""
    format_name: str = ""
    mime: str = ""
    pages: int | None = None
    encoding: str = ""
    technical: dict[str, Any] = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item that is already durable in the store and is to be registered."""

    id: UUID
    ref: str
    elements: dict[str, str]
    extra: dict[str, str]
    process: list[dict[str, str]]
    transfer: str
    object_id: str
    files: tuple[NewFile, ...]
    past: Past | None = None


@dataclass(frozen=True, slots=True)
class PastVersion:
    """A description as it was from one moment on."""

    id: UUID
    version: int
    at: datetime.datetime
    by: str
    reason: str
    elements: dict[str, str]
    extra: dict[str, str]


@dataclass(frozen=True, slots=True)
class Past:
    """What the object of an edited item tells of it: every version up to the newest edit, oldest first."""

    versions: tuple[PastVersion, ...]
    edited: datetime.datetime  # when a person edited it last
    by_hand: tuple[str, ...] = ()  # elements a person set
    former_codes: tuple[str, ...] = ()
    code_sort: str = ""
    source_key: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that can't stand: the element, the reason, and what to do."""

    element: str
    reason: Message
    advice: Message | None = None

    def __str__(self) -> str:
        return str(self.reason) if self.advice is None else f"{self.reason} {self.advice}"


@dataclass(frozen=True, slots=True)
class Advice:
    """A value for an element that something else than a person suggests, and where it took it from.

    `words` are those of the place, `before` and `after` what stands around them there; `origin` is the file.
    """

    element: str
    value: str
    reason: Message
    confidence: float  # 0 to 1
    origin: str
    line: int
    words: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a value as pages show it; `address` is where it leads, "" where it leads nowhere."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a form says of one element before anything is typed."""

    is_mandatory: bool = False
    max_length: int = 2000  # characters
    values: tuple[str, ...] = ()  # those the norm names; others may be taken too
    is_closed: bool = False  # none but these values are taken


class IndexDocument(NamedTuple):
    """What the search index needs of one item."""

    id: UUID
    ref: str
    title: str
    author: str
    document_number: str
    fonds: str
    fonds_name: str
    category: str
    year: int | None
    retention: str
    department: str
    date: str
    openness: str
    secrecy: str
    transfer: str
    code_sort: str
    date_from: datetime.date | None
    date_to: datetime.date | None
    elements: dict[str, str]
    extra: dict[str, str] | None  # what no norm of elements knows, by its label; None where there is none
    formats: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of the tree fonds → category → year → retention → department, with its number of items."""

    key: str
    label: str
    count: int
    filters: dict[str, str]
    level: str
