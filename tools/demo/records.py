"""One invented record, before it has a code and before it is written to files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(slots=True)
class Document:
    """One computer file of a record: its text, or what is drawn for it."""

    name: str  # without extension
    draft_state: str  # 正本, 附件, 定稿
    kind: str  # docx, pdf, ofd, txt, tif, jpg, wav, mp4
    title: str
    lines: list[str]
    seconds: int = 0
    pages: int = 0


@dataclass(slots=True)
class Record:
    """One item 件."""

    fonds: str
    year: int
    retention: str  # Y, D30, D10
    department: str  # code; empty for photographs, sound and film
    category: str
    title: str
    author: str
    date: date
    openness: str
    number_text: str = ""
    note: str = ""
    group: str = ""  # photographs: the group 组 they belong to
    documents: list[Document] = field(default_factory=list)
    code: str = ""
    number: int = 0

    @property
    def attachments(self) -> int:
        """How many of its files are attachments."""
        return sum("附件" in document.draft_state for document in self.documents)

    @property
    def pages(self) -> int:
        """Pages of all its files; known once they are written."""
        return sum(document.pages for document in self.documents)


def chinese_date(day: date) -> str:
    """Write a date as documents do."""
    return f"{day.year}年{day.month}月{day.day}日"


def number_records(records: list[Record]) -> list[Record]:
    """Give every record its number and reference code 档号, by date within its group; return them in order of code.

    Documents follow DA/T 22-2015 (L012-WS·2018-Y-BGS-0001); photographs, sound and film DA/T 13-2022
    (L047-ZP·2019·Y-001-003, L047-LY·2019·Y-001).
    """
    counts: dict[tuple[object, ...], int] = {}
    groups: dict[tuple[object, ...], list[str]] = {}
    ordered = sorted(records, key=lambda one: (one.fonds, one.category, one.year, one.retention, one.department,
                                               one.date, one.title))  # fmt: skip
    for one in ordered:
        place: tuple[object, ...] = (one.fonds, one.category, one.year, one.retention, one.department)
        if one.category == "ZP":
            known = groups.setdefault(place, [])
            if one.group not in known:
                known.append(one.group)
            place = (*place, one.group)
        counts[place] = one.number = counts.get(place, 0) + 1
        head = f"{one.fonds}-{one.category}·{one.year}"
        if one.category == "WS":
            one.code = f"{head}-{one.retention}-{one.department}-{one.number:04d}"
        elif one.category == "ZP":
            one.code = f"{head}·{one.retention}-{known.index(one.group) + 1:03d}-{one.number:03d}"
        else:
            one.code = f"{head}·{one.retention}-{one.number:03d}"
    return ordered
