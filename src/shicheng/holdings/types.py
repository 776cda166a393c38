"""Values that other rooms hand to holdings and get from it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from shicheng.kernel.messages import Message


class Openness(StrEnum):
    """Whether the public may use an item (开放标识, DA/T 18-2022)."""

    OPEN = "open"
    CONTROLLED = "controlled"
    DEFERRED = "deferred"
    UNREVIEWED = "unreviewed"


class Secrecy(StrEnum):
    """Secrecy level (密级, M38); the levels of state secrets stay outside an ordinary archive."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"
    TOP_SECRET = "top_secret"


OPENNESS_WORDS = {
    "开放": Openness.OPEN,
    "已开放": Openness.OPEN,
    "公开": Openness.OPEN,
    "open": Openness.OPEN,
    "控制": Openness.CONTROLLED,
    "不开放": Openness.CONTROLLED,
    "控制使用": Openness.CONTROLLED,
    "controlled": Openness.CONTROLLED,
    "延期开放": Openness.DEFERRED,
    "延期": Openness.DEFERRED,
    "deferred": Openness.DEFERRED,
    "未审核": Openness.UNREVIEWED,
    "待审核": Openness.UNREVIEWED,
    "": Openness.UNREVIEWED,
    "unreviewed": Openness.UNREVIEWED,
}
SECRECY_WORDS = {
    "公开": Secrecy.PUBLIC,
    "": Secrecy.PUBLIC,
    "无": Secrecy.PUBLIC,
    "非密": Secrecy.PUBLIC,
    "public": Secrecy.PUBLIC,
    "限制": Secrecy.RESTRICTED,
    "内部": Secrecy.RESTRICTED,
    "国内": Secrecy.RESTRICTED,
    "restricted": Secrecy.RESTRICTED,
    "秘密": Secrecy.CONFIDENTIAL,
    "机密": Secrecy.SECRET,
    "绝密": Secrecy.TOP_SECRET,
}


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
class FieldRule:
    """What a form says of one element before anything is typed."""

    is_mandatory: bool = False
    max_length: int = 2000  # characters
    values: tuple[str, ...] = ()  # those the norm names; others may be taken too
    is_closed: bool = False  # none but these values are taken


@dataclass(frozen=True, slots=True)
class IndexDocument:
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
    date_from: datetime.date | None
    date_to: datetime.date | None
    openness: str
    secrecy: str
    transfer: str
    code_sort: str
    formats: tuple[str, ...]
    elements: dict[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of the tree fonds → category → year → retention → department, with its number of items."""

    key: str
    label: str
    count: int
    filters: dict[str, str]
    level: str
