"""Drawing the columns lists need from the elements of a description. No database here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from shicheng.holdings.types import OPENNESS_WORDS, SECRECY_WORDS, Openness, Secrecy
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.reference_codes import ReferenceCodeError, parse_reference_code
from shicheng.kernel.retention import RetentionError, parse_retention


@dataclass(frozen=True, slots=True)
class Columns:
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


def draw_columns(ref: str, elements: dict[str, str]) -> Columns:
    """Draw the columns; a value that can't be understood leaves its column empty and stays in the elements."""
    fonds_code = elements.get("fonds_code", "")
    category = elements.get("category", "")
    year = _number(elements.get("year"))
    retention = _retention(elements.get("retention", ""))
    department = elements.get("department", "")
    volume = elements.get("volume_number", "")
    number = _number(elements.get("item_number"))
    code_sort = ref
    try:
        code = parse_reference_code(ref)
    except ReferenceCodeError:
        pass
    else:
        fonds_code = fonds_code or code.fonds
        category = code.category or category
        year = year or code.year
        retention = retention or (code.retention or "")
        department = department or (code.department or "")
        volume = volume or (code.volume or "")
        number = number if number is not None else code.number
        code_sort = code.sort_key
    date_from = date_to = None
    date_text = elements.get("date", "")
    if date_text:
        try:
            period = parse_date(date_text)
        except DateError:
            pass
        else:
            date_from, date_to, date_text = period.start, period.end, period.iso
    return Columns(
        fonds_code=fonds_code,
        code_sort=code_sort[:300],
        category=category[:60],
        year=year,
        retention=retention,
        department=department[:200],
        volume=volume[:60],
        number=number,
        title=elements.get("title", ""),
        author=elements.get("author", ""),
        document_number=elements.get("document_number", "")[:300],
        date_text=date_text[:200],
        date_from=date_from,
        date_to=date_to,
        # An unknown word never opens anything.
        secrecy=SECRECY_WORDS.get(_word(elements.get("secrecy", "")), Secrecy.RESTRICTED),
        openness=OPENNESS_WORDS.get(_word(elements.get("openness", "")), Openness.UNREVIEWED),
        pages=_number(elements.get("pages")),
    )


def _word(text: str) -> str:
    return text.split("★")[0].strip().lower()


def _number(text: str | None) -> int | None:
    if text is None or not text.strip().isdecimal():
        return None
    value = int(text)
    return value if value < 2_000_000_000 else None


def _retention(text: str) -> str:
    if not text:
        return ""
    try:
        return parse_retention(text).code
    except RetentionError:
        return ""
