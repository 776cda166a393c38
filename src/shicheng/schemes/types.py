"""Values of this room: rows and classes before they are rows of the database, findings, suggestions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

CLASS_KINDS: Final = {
    "department": _("department"),
    "subject": _("subject"),
    "group": _("group of classes"),
}
SOURCES: Final = {
    "S": _("after the source"),
    "R": _("recalled, to be checked"),
    "": _("the unit's own"),
}


@dataclass(frozen=True, slots=True)
class ClassDraft:
    """A class: a department (机构) or a subject (问题) with its code, or a group of such."""

    code: str
    name: str
    parent: str = ""
    kind: str = "subject"


@dataclass(frozen=True, slots=True)
class RowDraft:
    """One row of the table as it is written; `retention` as a code, with its own words where they say more."""

    key: str
    scope: str
    category: str = "WS"
    klass: str = ""
    retention: str = ""
    retention_text: str = ""
    openness: str = ""
    secrecy: str = ""
    examples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class TableDraft:
    """A whole table as a preset or a workbook gives it."""

    classes: tuple[ClassDraft, ...]
    rows: tuple[RowDraft, ...]
    templates: tuple[tuple[str, str], ...] = ()  # category, name of the template of reference codes
    origin: str = ""


class Gravity(StrEnum):
    """Whether a finding keeps a table from being submitted."""

    FAULT = "fault"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or doubtful in a table; `keys` are the rows it is about, `klass` the class."""

    gravity: Gravity
    code: str
    message: Message
    keys: tuple[str, ...] = ()
    klass: str = ""


@dataclass(frozen=True, slots=True)
class Department:
    """A department or subject as it stands in reference codes."""

    code: str
    name: str
    kind: str
    unit: str  # code of the filing unit


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A row that seems to fit a record, how well (0 to 100), and why."""

    row_id: str
    key: str
    score: int
    reasons: tuple[Message, ...]
