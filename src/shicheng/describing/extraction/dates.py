"""Dates as documents write them: in digits, in Chinese numerals, and what dirty texts make of these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from shicheng.describing.extraction.lines import unround
from shicheng.kernel.dates import DateError, parse_date

_ROUND: Final = "OoОо○◯⭕0"
_YEAR: Final = rf"(?:[12][0-9]{{3}}|[一二三四五六七八九〇零{_ROUND}]{{4}})"
_MONTH: Final = r"(?:[01]?[0-9]|[一二三四五六七八九十元〇零]{1,3})"
_DAY: Final = rf"(?:[0-3]?[0-9]|[一二三四五六七八九十廿卅〇零{_ROUND}]{{1,3}})"
WRITTEN: Final = re.compile(
    rf"(?<![0-9一二三四五六七八九〇])(?P<year>{_YEAR})年(?P<month>{_MONTH})月(?P<day>{_DAY})[日号曰]"
)
_NUMBERED: Final = re.compile(
    r"(?<![0-9])(?P<year>[12][0-9]{3})[-./年](?P<month>[01]?[0-9])[-./月](?P<day>[0-3]?[0-9])(?![0-9])日?"
)
_MONTH_ONLY: Final = re.compile(rf"(?<![0-9])(?P<year>{_YEAR})年(?P<month>{_MONTH})月")
_EARLIEST, _LATEST = 1840, 2199


@dataclass(frozen=True, slots=True)
class Found:
    """A date in folded words. `whole` is False where the day is not given."""

    value: str
    day: date
    first: int
    last: int
    whole: bool = True


def find_dates(plain: str) -> Iterator[Found]:
    """All whole dates in folded words, in their order."""
    for found in WRITTEN.finditer(plain):
        if (one := _read(found)) is not None:
            yield one


def only_date(plain: str, *, extra: bool = True) -> Found | None:
    """The date a line consists of; with `extra` something in brackets, as seals and notes, may stand beside it."""
    text = plain
    if extra:
        text = re.sub(r"[（(][^（）()]{0,20}[）)]$", "", text).rstrip("。.")
    lead = len(text) - len(text.lstrip("（("))
    body = text[lead:].rstrip("）)") if lead else text
    for form in (WRITTEN, _NUMBERED, _MONTH_ONLY):
        found = form.fullmatch(body)
        if found is not None and (one := _read(found)) is not None:
            return Found(one.value, one.day, one.first + lead, one.last + lead, one.whole)
    return None


def _read(found: re.Match[str]) -> Found | None:
    year, month = unround(found["year"]) if not found["year"].isdigit() else found["year"], found["month"]
    day = found.groupdict().get("day")
    if day is not None and not day.isdigit():
        day = unround(day)
    try:
        period = parse_date(f"{year}年{month}月{day}日" if day else f"{year}年{month}月")
    except DateError:
        return None
    if not _EARLIEST <= period.start.year <= _LATEST:
        return None
    value = period.start.strftime("%Y%m%d") if day else period.start.strftime("%Y%m00")
    return Found(value, period.start, found.start(), found.end(), whole=day is not None)
