"""Values within reason: year, date, number, fonds and department agree with each other and with the code."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from functools import lru_cache

from shicheng.checks.context import CheckContext, Looked, NotLooked, code_key, value_key
from shicheng.checks.rules.codes import UNDESCRIBED, parse_codes
from shicheng.checks.rules.values import label
from shicheng.checks.types import Level
from shicheng.kernel.dates import DateError, Period, parse_date
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import ReferenceCode
from shicheng.kernel.retention import Retention, RetentionError, parse_retention
from shicheng.packages.types import PackageItem

_WITHOUT_PAGES = frozenset({"LY", "LX", "ZP", "SJ", "YJ", "WY", "MT", "SW"})


def reason(context: CheckContext) -> Looked:
    """Report values that can't be true or that contradict the reference code or the description file."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    parse_codes(context)
    _foreign_fonds(context)
    handed_over = period(context.package.statement.date or "")
    for index, item in enumerate(context.package.items):
        code = context.codes[index]
        _year_and_date(context, index, item, code, handed_over)
        if code is not None:
            _against_code(context, index, item, code)
        _pages(context, index, item)
    return len(context.package.items)


def secrecy(context: CheckContext) -> Looked:
    """Report items above the highest secrecy level this installation may hold."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    order = context.scheme.secrecy_order
    if context.scheme.ceiling not in order:
        return NotLooked(_("The archive has set no highest secrecy level."))
    above = order[order.index(context.scheme.ceiling) + 1 :]
    for index, item in enumerate(context.package.items):
        level = item.elements.get("secrecy", "")
        if level and level.startswith(above):
            context.report(
                "own-1",
                _("The item is marked %(level)s; this installation may hold records up to %(ceiling)s only.",
                  level=level, ceiling=context.scheme.ceiling),
                about=(value_key(index, "secrecy"),),
                item=item,
                element="secrecy",
                expected=f"≤ {context.scheme.ceiling}",
                found=level,
                advice=_("Take the item out of the batch at once and hand it over by the way for secret records."),
            )  # fmt: skip
    return len(context.package.items)


@lru_cache(maxsize=65536)
def period(text: str) -> Period | None:
    """Read a date, None when it is none."""
    try:
        return parse_date(text) if text else None
    except DateError:
        return None


@lru_cache(maxsize=1024)
def retention_of(text: str) -> Retention | None:
    """Read a retention period, None when it is none."""
    try:
        return parse_retention(text) if text else None
    except RetentionError:
        return None


def whole_number(text: str) -> int | None:
    """Read a whole number as lists write it, None when it is none."""
    folded = unicodedata.normalize("NFKC", text).strip().rstrip("年件个份页张")
    return int(folded) if folded.isascii() and folded.isdigit() and len(folded) < 10 else None


def _foreign_fonds(context: CheckContext) -> None:
    """Compare the fonds of each item with the description file; if all differ, the description file is wrong."""
    stated = context.package.statement.fonds_code
    if not stated:
        return
    foreign = [index for index, code in enumerate(context.codes) if code is not None and code.fonds != stated]
    sound = sum(code is not None for code in context.codes)
    if len(foreign) == sound > 1:
        first = context.codes[foreign[0]]
        context.report(
            "1-5",
            _("The description file names the fonds %(stated)s, but no reference code of the list belongs to it.",
              stated=stated),
            covers=[value_key(index, "fonds_code") for index in foreign],
            element="fonds_code",
            expected=first.fonds if first is not None else None,
            found=stated,
            advice=_("Find out whose records these are and correct the description file or the list."),
        )  # fmt: skip
        return
    for index in foreign:
        code = context.codes[index]
        assert code is not None
        context.report(
            "1-5",
            _("The reference code names the fonds %(fonds)s, but the batch comes from the fonds %(stated)s.",
              fonds=code.fonds, stated=stated),
            about=(code_key(index), value_key(index, "fonds_code")),
            item=context.package.items[index],
            element="reference_code",
            expected=stated,
            found=code.fonds,
            advice=_("Correct the code, or hand the item over with its own fonds."),
        )  # fmt: skip


def _year_and_date(
    context: CheckContext, index: int, item: PackageItem, code: ReferenceCode | None, handed_over: Period | None
) -> None:
    """Judge year and date together: a wrong one of the two makes one finding."""
    elements, today = item.elements, context.today
    year = whole_number(elements.get("year", ""))
    when = period(elements.get("date", ""))
    year_keys = (value_key(index, "year"),)
    both = (*year_keys, value_key(index, "date"))
    limit = today + timedelta(days=context.scheme.future_days)

    def say(message: Message, element: str, expected: object, found: object, level: Level = Level.ERROR,
            about: tuple[tuple[object, ...], ...] = both,
            unless: tuple[tuple[object, ...], ...] = ()) -> None:  # fmt: skip
        context.report(
            "1-5", message, about=about, covers=both, unless=unless, level=level, item=item, element=element,
            expected=expected, found=found,
            advice=_("Look at the document and correct %(element)s.", element=label(element)),
        )  # fmt: skip

    if year is not None and not context.scheme.first_year <= year <= today.year:
        say(_("The filing year %(year)d can't be: it lies in the future or before all records here.", year=year),
            "year", f"{context.scheme.first_year}–{today.year}", year)  # fmt: skip
        return
    if when is not None and (when.start > limit or when.start.year < context.scheme.first_year):
        say(_("The document is dated %(date)s, which lies in the future or before all records here.", date=when.iso),
            "date", f"≤ {limit:%Y%m%d}", elements["date"])  # fmt: skip
        return
    if code is not None and code.year is not None and year is not None and year != code.year:
        say(_("The filing year is %(year)d, but the reference code says %(expected)d.", year=year, expected=code.year),
            "year", code.year, year, about=year_keys, unless=(code_key(index),))  # fmt: skip
        return
    filed = year if year is not None else (code.year if code is not None else None)
    if when is None:
        return
    if handed_over is not None and when.start > handed_over.end:
        say(_("The document is dated %(date)s, after the day on which the batch was handed over (%(day)s).",
              date=when.iso, day=handed_over.iso),
            "date", f"≤ {handed_over.end:%Y%m%d}", elements["date"])  # fmt: skip
        return
    if filed is None:
        return
    # DA/T 22-2015, 5.2: the year of issue decides; only cases handled and meetings held over years come later.
    if when.start.year > filed:
        say(_("The document is dated %(date)s, after the year %(year)d in which it is filed.",
              date=when.iso, year=filed),
            "date", f"≤ {date(min(max(filed, 1), 9999), 12, 31):%Y%m%d}", elements["date"])  # fmt: skip
    elif filed - when.end.year > context.scheme.filing_lag:
        say(_("The document is dated %(date)s, but filed %(count)d years later, in %(year)d.",
              date=when.iso, count=filed - when.end.year, year=filed),
            "year", when.end.year, filed, level=Level.WARNING)  # fmt: skip


def _against_code(context: CheckContext, index: int, item: PackageItem, code: ReferenceCode) -> None:
    """Compare the elements that restate parts of the reference code."""
    elements, key = item.elements, code_key(index)
    stated = context.package.statement

    def say(element: str, found: str, expected: str) -> None:
        context.report(
            "1-5",
            _("%(element)s is “%(found)s”, but the reference code says %(expected)s.",
              element=label(element), found=found, expected=expected),
            about=(value_key(index, element),),
            unless=(key,),
            item=item,
            element=element,
            expected=expected,
            found=found,
            advice=_("Find out which of the two is right and correct the other."),
        )  # fmt: skip

    fonds = elements.get("fonds_code", "")
    if fonds and fonds != code.fonds:
        say("fonds_code", fonds, code.fonds)
    if code.retention is not None:
        given = retention_of(elements.get("retention", ""))
        # The old words 长期 and 短期 stand for no exact number of years.
        if given is not None and given.term is None and given.code != code.retention:
            say("retention", elements["retention"], code.retention)
    department = elements.get("department", "")
    if code.department is not None and stated.departments:
        name = stated.departments.get(code.department)
        if name is None and code.department not in stated.departments.values():
            context.report(
                "1-5",
                _("The reference code names the department %(code)s, which the description file does not list.",
                  code=code.department),
                about=(value_key(index, "department"),),
                unless=(key,),
                item=item,
                element="department",
                expected="、".join(stated.departments),
                found=code.department,
                advice=_("Correct the code, or add the department to the description file."),
            )  # fmt: skip
        elif department and department not in (name, code.department):
            say("department", department, f"{code.department}={name}" if name else code.department)
    number = whole_number(elements.get("item_number", ""))
    if number is not None and code.unit == "item" and code.number is not None and number != code.number:
        say("item_number", elements["item_number"], str(code.number))
    category = stated.category
    if category and code.category is not None and code.category != category:
        context.report(
            "1-5",
            _("The reference code names the record category %(found)s, but the batch is of %(stated)s.",
              found=code.category, stated=category),
            about=(value_key(index, "category"),),
            unless=(key,),
            item=item,
            element="reference_code",
            expected=category,
            found=code.category,
            advice=_("Hand items of another category over in a batch of their own, or correct the code."),
        )  # fmt: skip


def _pages(context: CheckContext, index: int, item: PackageItem) -> None:
    if context.category not in _WITHOUT_PAGES and whole_number(item.elements.get("pages", "")) == 0:
        context.report(
            "1-5",
            _("The item is said to have no pages."),
            about=(value_key(index, "pages"),),
            item=item,
            element="pages",
            expected="≥ 1",
            found=item.elements["pages"],
            advice=_("Count the pages and correct the list."),
        )
