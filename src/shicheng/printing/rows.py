"""Records as the rows of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shicheng.holdings.models import Item
from shicheng.holdings.words import retention_label
from shicheng.kernel.dates import DateError, Precision, parse_date
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.printing.letters import breakable


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; a width of 0 takes what the others leave."""

    name: str
    label: Message
    width: int = 0  # millimetres
    align: str = "left"


_NUMBER: Final = Column("row", _("No."), 11, "center")
_SIGN: Final = Column("document_number", _("Doc. number"), 32)
_AUTHOR: Final = Column("author", _("Responsible"), 34)
_TITLE: Final = Column("title", _("Title of the record"))
_DATE: Final = Column("date", _("Dated"), 19, "center")
_NOTE: Final = Column("note", _("Remarks"), 20)

# DA/T 22-2015, 5.6: 序号、档号、文号、责任者、题名、日期、密级、页数、备注.
ITEM_LIST: Final = (
    _NUMBER, Column("ref", _("Ref. code"), 48), _SIGN, _AUTHOR, _TITLE, _DATE,
    Column("secrecy", _("Secrecy"), 13, "center"), Column("pages", _("Pages"), 12, "center"), _NOTE,
)  # fmt: skip
# 卷内文件目录: 顺序号、文号、责任者、题名、日期、页号、备注.
CONTENTS: Final = (
    _NUMBER, Column("document_number", _("Doc. number"), 28), Column("author", _("Responsible"), 27), _TITLE, _DATE,
    Column("page_number", _("Page no."), 14, "center"), Column("note", _("Remarks"), 17),
)  # fmt: skip
TRANSFER_LIST: Final = (
    _NUMBER, Column("ref", _("Ref. code"), 48), _SIGN, Column("author", _("Responsible"), 32), _TITLE, _DATE,
    Column("retention", _("Retention"), 16, "center"), Column("secrecy", _("Secrecy"), 13, "center"),
    Column("pages", _("Pages"), 12, "center"), Column("files", _("Files"), 12, "center"),
    Column("note", _("Remarks"), 16),
)  # fmt: skip


def row_of(item: Item, number: int, columns: Sequence[Column], *, page_number: str = "") -> list[str]:
    """One record as a row of a list."""
    values = {
        "row": str(number), "ref": item.reference_code, "document_number": item.document_number, "author": item.author,
        "title": item.title, "date": eight_digits(item.date_text), "secrecy": str(item.elements.get("secrecy", "")),
        "pages": "" if item.pages is None else str(item.pages), "note": str(item.elements.get("note", "")),
        "retention": retention_label(item.retention), "files": str(item.files_count), "page_number": page_number,
    }  # fmt: skip
    return [values[column.name] for column in columns]


def printed_row(row: Sequence[str]) -> list[str]:
    """A row as paper takes it: long codes may be broken."""
    return [breakable(cell) for cell in row]


def eight_digits(text: str) -> str:
    """A date as lists write it: eight digits, zeros for what is not known, in brackets when in doubt (DA/T 18)."""
    try:
        period = parse_date(text)
    except DateError:
        return text
    if period.start.year != period.end.year or period.precision is Precision.LUNAR_YEAR:
        return text
    if period.precision is Precision.YEAR:
        written = f"{period.start.year:04}0000"
    elif period.start.month != period.end.month:
        return text
    elif period.precision is Precision.MONTH:
        written = f"{period.start:%Y%m}00"
    elif period.start != period.end:
        return text
    else:
        written = f"{period.start:%Y%m%d}"
    return f"[{written}]" if period.uncertain else written
