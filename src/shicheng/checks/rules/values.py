"""Values of descriptive elements: there, clean, of the right kind, from their domain, not too long."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from shicheng.checks.context import ITEM_LIST, CheckContext, Looked, NotLooked, column_key, value_key
from shicheng.checks.rules.codes import UNDESCRIBED
from shicheng.checks.schemes import ElementRule
from shicheng.checks.types import Level
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.messages import Label, Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.packages.elements import BY_NAME

# Control characters, invisible and direction marks, the replacement character, private use, noncharacters.
# Variation selectors stay out: rare characters in names of persons need them.
_SPECIAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)
_BREAKS = re.compile("[\t\n\r]")
_LONG_TEXTS = frozenset({"note", "abstract", "keywords", "title_note"})
_YEAR = re.compile(r"[12][0-9]{3}年?")
_NUMBER = re.compile(r"[0-9]{1,9}")
_PAGES = re.compile(r"[0-9]{1,9}(?:页|张)?|[0-9]{1,9}\s*[-—–~至]\s*[0-9]{1,9}")
_COUNT = re.compile(r"[0-9]{1,9}(?:件|个|份)?|无")
_ROW_MEANS_COLUMN = 2  # from this many rows on, a column that is empty throughout is one fault


def label(element: str) -> Label | str:
    """Return the name of an element for whoever reads it."""
    known = BY_NAME.get(element)
    return Label(known.label_zh, known.label_en) if known is not None else element


def _header(element: str) -> str:
    """Return the Chinese name of an element as it stands at the head of a list."""
    known = BY_NAME.get(element)
    return known.label_zh if known is not None else element


def elements(context: CheckContext) -> Looked:
    """Report columns the scheme demands and the item list lacks."""
    package = context.package
    if not package.columns:
        return NotLooked(
            UNDESCRIBED if not context.described else _("The metadata has no columns; each item is checked by itself.")
        )
    for rule in context.scheme.rules.values():
        if rule.obligation == "optional" or rule.name in package.columns:
            continue
        context.report(
            "2-3",
            _("The item list has no column for %(element)s, which the scheme demands.", element=label(rule.name)),
            about=(ITEM_LIST, column_key(rule.name)),
            level=Level.ERROR if rule.obligation == "mandatory" else Level.WARNING,
            element=rule.name,
            expected=_header(rule.name),
            advice=_("Add the column and send the list again."),
        )
    return len(context.scheme.rules)


def mandatory(context: CheckContext) -> Looked:
    """Report mandatory elements that are empty, and columns that are empty throughout."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    items, columns = context.package.items, set(context.package.columns)
    for rule in context.scheme.rules.values():
        if rule.obligation == "optional" or (rule.obligation == "column" and rule.name not in columns):
            continue
        empty = [index for index, item in enumerate(items) if not item.elements.get(rule.name, "").strip()]
        if len(empty) == len(items) >= _ROW_MEANS_COLUMN:
            context.report(
                "2-4",
                _("The mandatory element %(element)s is empty in every item.", element=label(rule.name)),
                about=(column_key(rule.name),),
                element=rule.name,
                advice=_("Fill the element in and send the list again."),
            )
            continue
        for index in empty:
            name = label(rule.name)
            covers = [("code", index)] if rule.name == "reference_code" else []
            context.report(
                "2-4",
                _("The mandatory element %(element)s of the item on row %(row)s is empty.",
                  element=name, row=items[index].row),
                about=(column_key(rule.name), value_key(index, rule.name)),
                covers=covers,
                item=items[index],
                element=rule.name,
                expected=_header(rule.name),
                found="",
                advice=_("Fill %(element)s in from the document itself and send the list again.", element=name),
            )  # fmt: skip
    return len(items)


def special(context: CheckContext) -> Looked:
    """Report characters that nobody sees or that mean nothing elsewhere."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    for index, item in enumerate(context.package.items):
        for name, value in item.elements.items():
            found = _SPECIAL.search(value)
            if found is None and name not in _LONG_TEXTS:
                found = _BREAKS.search(value)
            if found is None:
                continue
            characters = sorted({c for c in value if _SPECIAL.match(c) or (name not in _LONG_TEXTS and c in "\t\n\r")})
            context.report(
                "1-6",
                _("%(element)s contains characters that can't be kept or seen: %(characters)s.",
                  element=label(name), characters=", ".join(_character(c) for c in characters[:10])),
                about=(value_key(index, name),),
                item=item,
                element=name,
                expected=_SPECIAL.sub("", value),
                found=_escaped(value),
                advice=_("Take the characters out, or put in what the document really has there."),
            )  # fmt: skip
    return len(context.package.items)


def datatype(context: CheckContext) -> Looked:
    """Report dates that are no dates, years that are no years, numbers that are no numbers."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    for rule in context.scheme.rules.values():
        wrong = _KIND_CHECKS.get(rule.kind)
        if wrong is not None:
            _each_value(context, rule, "1-3", wrong)
    return len(context.package.items)


def domain(context: CheckContext) -> Looked:
    """Report values outside their value domain."""
    if not context.described:
        return NotLooked(UNDESCRIBED)

    for rule in context.scheme.rules.values():
        if rule.domain:
            _each_value(context, rule, "1-4", outside_domain, expected="、".join(rule.shown_domain))
    return len(context.package.items)


def length(context: CheckContext) -> Looked:
    """Report values longer than the scheme allows. Lengths are characters."""
    if not context.described:
        return NotLooked(UNDESCRIBED)
    limits: dict[str, int] = {}
    scheme = context.scheme
    for index, item in enumerate(context.package.items):
        for name, value in item.elements.items():
            limit = limits.get(name)
            if limit is None:
                limit = limits[name] = scheme.rule(name).max_length
            if len(value) <= limit:
                continue
            context.report(
                "1-2",
                _("%(element)s has %(length)d characters; the scheme allows %(limit)d.",
                  element=label(name), length=len(value), limit=limit),
                about=(value_key(index, name),),
                item=item,
                element=name,
                expected=f"≤ {limit}",
                found=str(len(value)),
                advice=_("Shorten the value; put what is left over into the note."),
            )  # fmt: skip
    return len(context.package.items)


def fault_of(rule: ElementRule, value: str) -> Message | None:
    """Say what is wrong with one value by itself: its signs, its length, its kind, its domain; None if nothing is."""
    found = _SPECIAL.search(value) or (None if rule.name in _LONG_TEXTS else _BREAKS.search(value))
    if found is not None:
        return _("%(element)s contains characters that can't be kept or seen: %(characters)s.",
                 element=label(rule.name), characters=_character(found[0]))  # fmt: skip
    if len(value) > rule.max_length:
        return _("%(element)s has %(length)d characters; the scheme allows %(limit)d.",
                 element=label(rule.name), length=len(value), limit=rule.max_length)  # fmt: skip
    wrong = _KIND_CHECKS.get(rule.kind)
    if wrong is not None and (message := wrong(rule, value)) is not None:
        return message
    return outside_domain(rule, value)


def outside_domain(rule: ElementRule, value: str) -> Message | None:
    """Say that a value is none of its element's values, where the scheme names them."""
    if not rule.domain:
        return None
    folded = "".join(unicodedata.normalize("NFKC", value).split())
    if folded in rule.domain or value in rule.domain:
        return None
    if rule.pattern is not None and (rule.pattern.fullmatch(folded) or rule.pattern.fullmatch(value)):
        return None
    return _("%(element)s is “%(value)s”, which is none of its values.", element=label(rule.name), value=value[:100])


def _each_value(
    context: CheckContext,
    rule: ElementRule,
    seq: str,
    wrong: Callable[[ElementRule, str], Message | None],
    *,
    expected: str | None = None,
) -> None:
    """Judge every value of one element; the same value is judged once."""
    judged: dict[str, Message | None] = {}
    for index, item in enumerate(context.package.items):
        value = item.elements.get(rule.name)
        if not value:
            continue
        if value in judged:
            message = judged[value]
        else:
            message = judged[value] = wrong(rule, value)
        if message is None:
            continue
        context.report(
            seq,
            message,
            about=(value_key(index, rule.name),),
            item=item,
            element=rule.name,
            expected=expected or _FORMS.get(rule.kind),
            found=value,
            advice=_("Look at the document, correct %(element)s and send the list again.", element=label(rule.name)),
        )


def _no_date(rule: ElementRule, value: str) -> Message | None:
    if is_date(value):
        return None
    return _("%(element)s is “%(value)s”, which is no date.", element=label(rule.name), value=value[:100])


@lru_cache(maxsize=65536)
def is_date(text: str) -> bool:
    """Tell whether a text can be read as a date."""
    try:
        parse_date(text)
    except DateError:
        return False
    return True


def _no_year(rule: ElementRule, value: str) -> Message | None:
    if _YEAR.fullmatch(unicodedata.normalize("NFKC", value).strip()):
        return None
    return _("%(element)s is “%(value)s”, which is no year.", element=label(rule.name), value=value[:100])


def _no_retention(rule: ElementRule, value: str) -> Message | None:
    try:
        parse_retention(value)
    except RetentionError:
        return None if rule.domain else _("%(element)s is “%(value)s”, which is no retention period.",
                                          element=label(rule.name), value=value[:100])  # fmt: skip
    return None


def _no_number(form: re.Pattern[str]) -> Callable[[ElementRule, str], Message | None]:
    def judge(rule: ElementRule, value: str) -> Message | None:
        if form.fullmatch(unicodedata.normalize("NFKC", value).strip()):
            return None
        return _("%(element)s is “%(value)s”, which is no number.", element=label(rule.name), value=value[:100])

    return judge


_KIND_CHECKS: dict[str, Callable[[ElementRule, str], Message | None]] = {
    "date": _no_date,
    "year": _no_year,
    "retention": _no_retention,
    "number": _no_number(_NUMBER),
    "pages": _no_number(_PAGES),
    "count": _no_number(_COUNT),
}
_FORMS = {"date": "YYYYMMDD", "year": "YYYY", "number": "0–9", "pages": "0–9", "count": "0–9"}


def _character(character: str) -> str:
    return f"U+{ord(character):04X}"


def _escaped(value: str) -> str:
    return "".join(f"<U+{ord(c):04X}>" if _SPECIAL.match(c) or c in "\t\n\r" else c for c in value)
