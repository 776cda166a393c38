"""Years and dates in a query: one, an open or a closed range."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import Final

from shicheng.kernel.dates import DateError, Period, parse_date
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.search.expressions import Days, Everything, Expression, Nothing, Years

_BRACKETED: Final = re.compile(r"([\[{])\s*(\S*)\s+TO\s+(\S*)\s*([\]}])", re.IGNORECASE)
_DOTTED: Final = re.compile(r"(.*?)(?:\.\.\.?|…)(.*)")
_COMPARED: Final = re.compile(r"(>=|<=|≥|≤|>|<|=)(.*)")
_BETWEEN_YEARS: Final = re.compile(r"([0-9]{4})年?(?:-|~|—+|至|到)([0-9]{4})年?")
_YEAR: Final = re.compile("([0-9]{1,4})年?度?")


def read_years(text: str, notes: list[Message]) -> Expression:
    """Read `2015`, `2010..2015`, `[2010 TO 2015]`, `>=2015`; what is no year finds nothing and is noted."""
    plain = unicodedata.normalize("NFKC", text).strip()
    between = _BETWEEN_YEARS.fullmatch(plain)
    ends = (between[1], between[2], True, True) if between else _ends(plain)
    years: list[int | None] = []
    for end in ends[:2]:
        found = _YEAR.fullmatch(end)
        if end and found is None:
            notes.append(_("“%(text)s” is no year: write four digits, or a range such as 2010..2015.", text=text[:60]))
            return Nothing()
        years.append(int(found[1]) if found else None)
    first, last = years
    first = first + 1 if first is not None and not ends[2] else first
    last = last - 1 if last is not None and not ends[3] else last
    if first is not None and last is not None and first > last:
        notes.append(_empty(text))
        return Nothing()
    return Everything() if first is None and last is None else Years(first, last)


def read_days(text: str, notes: list[Message]) -> Expression:
    """Read `20100101`, `2010`, `2010..2015`, `[20100101 TO 20101231]`, `>=2015-03`; a month means all its days."""
    plain = unicodedata.normalize("NFKC", text).strip()
    lower, upper, with_lower, with_upper = _ends(plain)
    periods: list[Period | None] = []
    for end in (lower, upper):
        try:
            periods.append(parse_date(end) if end else None)
        except DateError:
            notes.append(
                _(
                    "“%(text)s” is no date: write it as 20240131 or 2024-01, or a range with .. between two.",
                    text=text[:60],
                )
            )
            return Nothing()
    first: date | None = None
    last: date | None = None
    if periods[0] is not None:
        first = periods[0].start if with_lower else periods[0].end + timedelta(days=1)
    if periods[1] is not None:
        last = periods[1].end if with_upper else periods[1].start - timedelta(days=1)
    if first is not None and last is not None and first > last:
        notes.append(_empty(text))
        return Nothing()
    return Everything() if first is None and last is None else Days(first, last)


def _ends(plain: str) -> tuple[str, str, bool, bool]:
    """Both ends of a range as text, and whether each belongs to it; an open end is empty."""
    if found := _BRACKETED.fullmatch(plain):
        lower, upper = ("" if end == "*" else end for end in (found[2], found[3]))
        return lower, upper, found[1] == "[", found[4] == "]"
    if found := _COMPARED.fullmatch(plain):
        value = found[2].strip()
        if found[1] in (">=", "≥", ">"):
            return value, "", found[1] != ">", True
        if found[1] in ("<=", "≤", "<"):
            return "", value, True, found[1] != "<"
        return value, value, True, True
    if found := _DOTTED.fullmatch(plain):
        lower, upper = ("" if end.strip() == "*" else end.strip() for end in (found[1], found[2]))
        return lower, upper, True, True
    return plain, plain, True, True


def _empty(text: str) -> Message:
    return _("The range “%(text)s” ends before it begins, so it finds nothing. Swap its ends.", text=text[:60])
