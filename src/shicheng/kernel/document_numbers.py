"""Document numbers 文号: the series of the body that issues them, the year in brackets, the running number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_OPEN, _CLOSE = "〔[［【（(﹝｛{<〈《", "〕]］】）)﹞｝}>〉》"
_FORMS: Final = (
    # 国办发〔2024〕12号 with any brackets.
    re.compile(r"(?P<series>.*[^\W\d_].*?)\((?P<year>(?:1[89]|20)\d\d)年?\)(?:第)?(?P<number>\d{1,6})号?"),
    # 沪府发2009年12号 without brackets.
    re.compile(r"(?P<series>[^\d]{2,40})(?P<year>(?:19|20)\d\d)年第?(?P<number>\d{1,6})号"),
)
_BRACKETS: Final = str.maketrans({**dict.fromkeys(_OPEN, "("), **dict.fromkeys(_CLOSE, ")")})
TAIL: Final = "号0123456789０１２３４５６７８９ 　"
"""The signs a document number ends with; without them at its end it is what all numbers of a series and year share."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """The number of a document: 京人常发〔2025〕3号 is the third of the series 京人常发 in 2025."""

    series: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.series}〔{self.year}〕{self.number}号"


def parse_document_number(text: str) -> DocumentNumber | None:
    """Read a document number in whatever brackets and signs it is written; None for what is none."""
    plain = "".join(unicodedata.normalize("NFKC", text.translate(_BRACKETS)).translate(_BRACKETS).split())
    for form in _FORMS:
        found = form.fullmatch(plain)
        if found is not None:
            series = found["series"].removesuffix("字").strip("·.,、-")
            return DocumentNumber(series, int(found["year"]), int(found["number"])) if series else None
    return None


def shared_part(text: str) -> str:
    """What the number shares with the others of its series and year; the database finds the same by `RTRIM`."""
    return text.rstrip(TAIL)
