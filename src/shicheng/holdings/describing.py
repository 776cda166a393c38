"""Drawing the columns lists need from the elements of a description. No database here."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from shicheng.holdings.types import OPENNESS_WORDS, SECRECY_WORDS, Openness, Secrecy
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.reference_codes import find_reference_code
from shicheng.kernel.retention import RetentionError, parse_retention

_LARGEST: Final = 2_000_000_000
_LONGEST_NUMBER: Final = 40  # characters: Python refuses to read endless ones


DRAWN_FROM: Final = frozenset({
    "reference_code", "fonds_code", "category", "year", "retention", "department", "volume_number", "item_number",
    "title", "author", "document_number", "date", "secrecy", "openness", "pages",
})  # fmt: skip
"""The elements columns are drawn from; a test holds it to what is drawn."""


class Columns(NamedTuple):
    """The columns of an item, as far as its elements can be understood; the elements keep the rest."""

    fonds_code: str
    code_sort: str
    category: str
    year: int | None
    retention: str
    department: str
    volume: str
    number: int | None
    title: str
    author: str
    document_number: str
    date_text: str
    date_from: datetime.date | None
    date_to: datetime.date | None
    secrecy: Secrecy
    openness: Openness
    pages: int | None


def draw_columns(ref: str, elements: Mapping[str, str], *, sort: str = "") -> Columns:
    """Draw the columns; a value that can't be understood leaves its column empty and stays in the elements.

    `sort` stands for a code that was made for want of one and says nothing. Where neither the description nor the
    code tells a year 年度, the year of the document's date is the one to look under.
    """
    get = elements.get
    fonds_code, category, year = get("fonds_code", ""), get("category", ""), _number(get("year"))
    retention, department = _retention(get("retention", "")), get("department", "")
    volume, number = get("volume_number", ""), _number(get("item_number"))
    code = None if sort else find_reference_code(ref)
    if code is not None:
        fonds_code = fonds_code or code.fonds
        category = code.category or category
        year = year or code.year
        retention = retention or (code.retention or "")
        department = department or (code.department or "")
        volume = volume or (code.volume or "")
        number = number if number is not None else code.number
    date_text, date_from, date_to = _period(get("date", ""))
    if not year and date_from is not None and date_to is not None and date_from.year == date_to.year:
        year = date_from.year
    return Columns(
        fonds_code=fonds_code,
        code_sort=(sort or (code.sort_key if code is not None else ref))[:300],
        category=category[:60],
        year=year,
        retention=retention,
        department=department[:200],
        volume=volume[:60],
        number=number,
        title=get("title", ""),
        author=get("author", ""),
        document_number=get("document_number", "")[:300],
        date_text=date_text[:200],
        date_from=date_from,
        date_to=date_to,
        secrecy=_secrecy(get("secrecy", "")),
        openness=_openness(get("openness", "")),
        pages=_number(get("pages")),
    )


# The same few values stand in thousands of records.
@lru_cache(maxsize=65_536)
def _period(text: str) -> tuple[str, datetime.date | None, datetime.date | None]:
    if not text:
        return "", None, None
    try:
        period = parse_date(text)
    except DateError:
        return text, None, None
    return period.iso, period.start, period.end


@lru_cache(maxsize=4096)
def _retention(text: str) -> str:
    if not text:
        return ""
    try:
        return parse_retention(text).code
    except RetentionError:
        return ""


@lru_cache(maxsize=4096)
def _secrecy(text: str) -> Secrecy:
    # An unknown word never opens anything.
    return SECRECY_WORDS.get(text.split("★")[0].strip().lower(), Secrecy.RESTRICTED)


@lru_cache(maxsize=4096)
def _openness(text: str) -> Openness:
    return OPENNESS_WORDS.get(text.split("★")[0].strip().lower(), Openness.UNREVIEWED)


def _number(text: str | None) -> int | None:
    if text is None or not text.strip().isdecimal() or len(text) > _LONGEST_NUMBER:
        return None
    value = int(text)
    return value if value < _LARGEST else None
