"""Dates as catalogues give them: whole, in part, in doubt, as ranges, by era."""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from shicheng.kernel.eras import BY_NAME, ERA_NAME, year_of
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.numerals import SIGNS, read_numeral


class DateError(ShichengError):
    """A text that is no date."""

    code = "kernel.date.invalid"
    http_status = 422


class Precision(IntEnum):
    """How exactly a date is known, the finest first."""

    DAY = 1
    MONTH = 2
    YEAR = 3
    LUNAR_YEAR = 4


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to `end`, both included, that a text means.

    `uncertain` dates were found by research (in brackets) or marked with a question mark.
    """

    start: date
    end: date
    text: str
    precision: Precision = Precision.DAY
    uncertain: bool = False

    @property
    def iso(self) -> str:
        """The date for display: `2024-01-01`, `2024-01`, `2024`, `1998/2003`, `1945-08-15?`.

        `?` marks doubt and `~` a lunar year, which ends in the next one (as in EDTF, ISO 8601-2).
        """
        first = self._write(self.start)
        last = self._write(self.end, last=True)
        written = first if first == last else f"{first}/{last}"
        return written + "?" if self.uncertain else written

    def __str__(self) -> str:
        return self.iso

    def _write(self, day: date, *, last: bool = False) -> str:
        if self.precision is Precision.LUNAR_YEAR:
            return f"{day.year - last}~"
        return day.isoformat()[: {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}[self.precision]]


_FIRST_YEAR, _LAST_YEAR = 1000, 2199
_NUMERAL: Final = f"[0-9{SIGNS}]{{1,5}}"
_COMPACT: Final = re.compile("([0-9]{4})(?:([0-9]{2})([0-9]{2})?)?")
_SEPARATED: Final = re.compile(r"([0-9]{4})([-./])([0-9]{1,2})(?:\2([0-9]{1,2}))?")
_WRITTEN: Final = re.compile(f"([0-9]{{4}}|[{SIGNS}]{{4}})年(?:({_NUMERAL})月(?:份|({_NUMERAL})[日号]?)?)?")
_BY_ERA: Final = re.compile(f"({_NUMERAL})年(?:闰?閏?([0-9{SIGNS}冬腊臘]{{1,3}})月(?:({_NUMERAL})[日号]?)?)?")
_END_ONLY: Final = re.compile(f"(?:({_NUMERAL})月)?(?:({_NUMERAL})[日号])?")
_LUNAR_YEAR: Final = re.compile("([0-9]{4})~")
_TIME: Final = re.compile(
    r"(?<=[0-9])[T ]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
)
_RANGES: Final = (
    re.compile(r"(.+?)\s*(?:至|到|[—–―]+|--|(?<=.)~(?=.))\s*(.+)"),
    re.compile(r"(\S.*?)\s+-\s+(.*\S)"),
    re.compile(r"([0-9]{4}(?:-[0-9]{2}){0,2}~?)/([0-9]{4}(?:-[0-9]{2}){0,2}~?)"),
    re.compile(r"([0-9]{4}[0-9./年月日]*)-([0-9]{4}[0-9./年月日]*)"),
)


def parse_date(text: str) -> Period:
    """Read a date or a range of dates; raises `DateError` that names the text.

    Takes 20240101, 2024-01-01, 2024.1, 2024年1月1日, 二〇二四年一月, 2024, zeros for an unknown
    month or day (DA/T 18), [19450815] in doubt, 1998-2003, 2024年1月1日至3日, 民国34年8月15日 and
    光绪二十三年. A time after the date is left out. Of a lunar date the year alone counts.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain, uncertain = _take_doubt(plain)
    plain = plain.removeprefix("公元").strip()
    period = _read_one(plain, text) or _read_range(plain, text)
    if period is None:
        raise _error(text, _("it has none of the known forms"))
    start, end, precision = period
    return Period(start, end, text, precision, uncertain)


_Span = tuple[date, date, Precision]


def _take_doubt(plain: str) -> tuple[str, bool]:
    """Take brackets, question marks and “about” away, and tell whether there were any."""
    certain = re.sub(r"[\[\]〔〕【】?]|^约|^約|左右$", "", plain)
    return certain.strip(), certain != plain


def _read_one(plain: str, text: str) -> _Span | None:
    dated = _TIME.sub("", plain)
    if found := _COMPACT.fullmatch(dated):
        return _span(text, *found.groups())
    if found := _SEPARATED.fullmatch(dated):
        year, _sign, month, day = found.groups()
        return _span(text, year, month, day)
    joined = "".join(dated.split())
    if found := _WRITTEN.fullmatch(joined):
        return _span(text, *found.groups())
    if found := _LUNAR_YEAR.fullmatch(joined):
        return _lunar_span(text, int(found[1]))
    if era := ERA_NAME.match(joined):
        return _read_by_era(era[1], joined[era.end() :], text)
    return None


def _read_by_era(name: str, rest: str, text: str) -> _Span | None:
    found = _BY_ERA.fullmatch(rest)
    if found is None:
        return None
    number = read_numeral(found[1])
    year = None if number is None else year_of(BY_NAME[name], number)
    if year is None:
        raise _error(text, _("%(era)s has no such year", era=name))
    if not BY_NAME[name].lunar:
        return _span(text, str(year), found[2], found[3])
    month = {"冬": 11, "腊": 12, "臘": 12}.get(found[2]) or read_numeral(found[2] or "1")
    day = read_numeral(found[3] or "1")
    if month is None or not 1 <= month <= 12 or day is None or not 1 <= day <= 30:
        raise _error(text, _("the lunar calendar has no such day"))
    return _lunar_span(text, year)


def _read_range(plain: str, text: str) -> _Span | None:
    for form in _RANGES:
        found = form.fullmatch(plain)
        if found is None:
            continue
        first = _read_one(found[1].strip(), text)
        if first is None:
            continue
        last = _read_one(found[2].strip(), text) or _read_end(first, found[2], text)
        if last is None:
            continue
        if last[1] < first[0] or last[0] < first[0]:
            raise _error(text, _("it ends before it begins"))
        kinds = {first[2], last[2]}
        # A lunar and a Gregorian end have only the year in common; otherwise the finer one counts.
        mixed = Precision.LUNAR_YEAR in kinds and len(kinds) > 1
        return first[0], last[1], Precision.YEAR if mixed else min(kinds)
    return None


def _read_end(first: _Span, rest: str, text: str) -> _Span | None:
    """Read an end without a year, or without year and month, which it has from the beginning."""
    found = _END_ONLY.fullmatch("".join(rest.split()))
    if found is None or not rest or first[2] > Precision.MONTH:
        return None
    return _span(text, str(first[0].year), found[1] or str(first[0].month), found[2])


def _span(text: str, year_text: str, month_text: str | None = None, day_text: str | None = None) -> _Span:
    """Return the days of a year, a month or a day; zeros stand for what is not known."""
    year = read_numeral(year_text)
    month = read_numeral(month_text) if month_text else 0
    day = read_numeral(day_text) if day_text else 0
    if year is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise _error(text, _("its year is not between 1000 and 2199"))
    if month is None or month > 12 or (month == 0 and day != 0):
        raise _error(text, _("there is no month %(month)s", month=month_text or ""))
    if month == 0:
        return date(year, 1, 1), date(year, 12, 31), Precision.YEAR
    last = calendar.monthrange(year, month)[1]
    if day is None or day > last:
        raise _error(text, _("that month has no day %(day)s", day=day_text or ""))
    if day == 0:
        return date(year, month, 1), date(year, month, last), Precision.MONTH
    return date(year, month, day), date(year, month, day), Precision.DAY


def _lunar_span(text: str, year: int) -> _Span:
    if not _FIRST_YEAR <= year < _LAST_YEAR:
        raise _error(text, _("its year is not between 1000 and 2199"))
    return date(year, 1, 21), date(year + 1, 2, 20), Precision.LUNAR_YEAR


def _error(text: str, reason: Message) -> DateError:
    return DateError(
        _("“%(text)s” is not a date: %(reason)s.", text=text[:100], reason=reason),
        hint=_("Write eight digits, such as 20240131, in brackets when the date was found by research."),
    )
