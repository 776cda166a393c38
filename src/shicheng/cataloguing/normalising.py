"""Bringing values of old catalogues into one form by the rules in `rules/normalising.toml`. No Django here.

A value no rule can read is kept as it is and marked; nothing is dropped. Values repeat a lot within a column, so
each is read once.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from shicheng.cataloguing import rules
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.retention import RetentionError, parse_retention

_REMEMBERED: Final = 100_000
_LONG: Final = 1000  # longer values are never dates, terms or numbers
_EPOCH: Final = datetime.date(1899, 12, 30)
_SERIAL: Final = re.compile(r"([0-9]{4,5})(?:[.][0-9]+)?")
_ENGLISH: Final = (
    re.compile(r"(?P<month>[a-z]{3,9})[. ]+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,?[ ]+(?P<year>[0-9]{4})"),
    re.compile(r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[ \-]+(?P<month>[a-z]{3,9})[. \-,]+(?P<year>[0-9]{4})"),
    re.compile(r"(?P<month>[a-z]{3,9})[. ,]+(?P<year>[0-9]{4})"),
)
_SPACES: Final = re.compile(r"[ \t\r\n\u3000\xa0]+")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Value:
    """A value in its form; `is_read` False where no rule could read it and `text` is as it was."""

    text: str
    is_read: bool = True


class Normaliser:
    """Normalises the values of one element, remembering those it has seen."""

    def __init__(self, element: str) -> None:
        self._rule = _rules().get(element, _plain)
        self._seen: dict[str, Value] = {}

    def __call__(self, text: str) -> Value:
        """Return the value in its form."""
        found = self._seen.get(text)
        if found is None:
            found = self._rule(text)
            if len(text) <= _LONG:
                if len(self._seen) >= _REMEMBERED:
                    self._seen.clear()
                self._seen[text] = found
        return found


def clean(text: str) -> str:
    """Take away what no database and no XML can hold; line ends and tabs stay."""
    return text if text.isprintable() else _CONTROLS.sub("", text)


def _narrow(text: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def _is_blank(text: str, kind: str = "words") -> bool:
    folded = text.casefold()
    return folded in _blanks("everywhere") or folded in _blanks(kind)


@cache
def _blanks(kind: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in rules.load("normalising")["blanks"][kind])


@cache
def _replacements(kind: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), text) for pattern, text in rules.load("normalising")[kind]["replacements"])


@cache
def _words(kind: str) -> dict[str, str]:
    return {word.casefold(): text for word, text in rules.load("normalising")[kind]["words"].items()}


def _plain(text: str) -> Value:
    return Value("" if text.casefold() in _blanks("everywhere") else text)


def _title(text: str) -> Value:
    """A title keeps its signs; only line ends and rows of blanks inside it become one blank."""
    return _plain(_SPACES.sub(" ", text).strip() if _SPACES.search(text) else text)


def _date(text: str) -> Value:
    if len(text) > _LONG:
        return Value(text, is_read=False)
    plain = _narrow(text)
    if _is_blank(plain, "dates"):
        return Value("")
    iso = _iso(plain)
    if iso is None:
        lower = plain.casefold().strip(".。,， ;；'\"")
        iso = _iso(lower) or _serial(lower) or _english(lower)
        for pattern, replacement in _replacements("dates") if iso is None else ():
            if pattern.search(lower):
                iso = _iso(pattern.sub(replacement, lower))
                if iso is not None:
                    break
    return Value(text, is_read=False) if iso is None else Value(iso)


def _iso(text: str) -> str | None:
    try:
        return parse_date(text).iso
    except DateError:
        return None


def _serial(text: str) -> str | None:
    """Days as spreadsheets count them; four digits between 1000 and 2199 are a year and were read before."""
    found = _SERIAL.fullmatch(text)
    if found is None:
        return None
    bounds = rules.load("normalising")["dates"]
    days = int(found[1])
    if not bounds["serial_from"] <= days <= bounds["serial_to"]:
        return None
    return (_EPOCH + datetime.timedelta(days=days)).isoformat()


def _english(text: str) -> str | None:
    for form in _ENGLISH:
        found = form.fullmatch(text)
        month = _months().get(found["month"]) if found else None
        if found and month:
            day = found.groupdict().get("day")
            return _iso(f"{found['year']}-{month:02d}" + (f"-{int(day):02d}" if day else ""))
    return None


@cache
def _months() -> dict[str, int]:
    listed = rules.load("normalising")["dates"]["months"]
    return {name: number for number, names in enumerate(listed, start=1) for name in names.split("|")}


def _retention(text: str) -> Value:
    plain = _narrow(text)[:_LONG]
    if _is_blank(plain):
        return Value("")
    word = _words("retention").get(plain.casefold(), plain)
    for pattern, replacement in _replacements("retention"):
        word = pattern.sub(replacement, word.casefold()) if pattern.search(word.casefold()) else word
    try:
        period = parse_retention(word)
    except RetentionError:
        return Value(text, is_read=False)
    return Value("永久" if period.is_permanent else f"{period.years}年")


def _secrecy(text: str) -> Value:
    plain = _narrow(text)[:_LONG]
    if _is_blank(plain):
        return Value("")
    # 秘密★10年: the term stays with the level.
    level, star, term = plain.partition("★")
    word = _words("secrecy").get(level.strip().casefold(), level.strip())
    if word not in rules.load("normalising")["secrecy"]["known"]:
        return Value(text, is_read=False)
    return Value(word + star + term)


def _openness(text: str) -> Value:
    plain = _narrow(text)[:_LONG]
    if _is_blank(plain):
        return Value("")
    word = _words("openness").get(plain.casefold(), plain)
    return Value(word) if word in rules.load("normalising")["openness"]["known"] else Value(text, is_read=False)


def _document_number(text: str) -> Value:
    plain = text if text.isprintable() and " " not in text else _SPACES.sub(" ", text).strip()
    if _is_blank(plain, "document_numbers"):
        return Value("")
    if len(plain) > _LONG:
        return Value(text)
    for pattern, replacement in _replacements("document_numbers"):
        plain = pattern.sub(replacement, plain)
    return Value(plain)


def _count(text: str) -> Value:
    plain = _narrow(text)[:_LONG].casefold()
    if _is_blank(plain):
        return Value("")
    found = re.fullmatch(rules.load("normalising")["numbers"]["pattern"], plain)
    return Value(found[1].replace(",", "")) if found else Value(text, is_read=False)


def _year(text: str) -> Value:
    plain = _narrow(text)[:_LONG]
    if _is_blank(plain):
        return Value("")
    found = re.fullmatch(rules.load("normalising")["numbers"]["year"], plain)
    if found:
        return Value(found[1])
    iso = _iso(plain)
    return Value(iso[:4]) if iso and "/" not in iso else Value(text, is_read=False)


def _item_number(text: str) -> Value:
    found = re.fullmatch(rules.load("normalising")["numbers"]["item"], _narrow(text)[:_LONG])
    return Value(found[1]) if found else _plain(text)


def _code(text: str) -> Value:
    return _plain(_SPACES.sub(" ", text).strip())


def _rules() -> dict[str, Callable[[str], Value]]:
    table: dict[str, Callable[[str], Value]] = {
        "title": _title, "date": _date, "retention": _retention, "secrecy": _secrecy, "openness": _openness,
        "document_number": _document_number, "pages": _count, "attachments": _attachments, "items_count": _count,
        "year": _year, "item_number": _item_number, "reference_code": _code, "fonds_code": _code,
    }  # fmt: skip
    return table


def _attachments(text: str) -> Value:
    """A number where there is one; many catalogues list the attachments' names here, which is as good."""
    found = _count(text)
    return found if found.is_read else Value(text)


def settings_of_rules() -> dict[str, Any]:
    """The rules as data, for the page that shows them."""
    return rules.load("normalising")
