"""Judging the values of a description before it is saved: each one by itself, then together."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from shicheng.holdings import ports
from shicheng.holdings.cataloguing import MADE_CODE
from shicheng.holdings.models import FormerCode, Item, Renumbered
from shicheng.holdings.types import OPENNESS_WORDS, SECRECY_WORDS, Fault
from shicheng.holdings.words import ElementName
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import CATEGORIES, ReferenceCode, ReferenceCodeError, parse_reference_code
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.packages.elements import BY_NAME, ELEMENTS
from shicheng.schemes.fields import ADDED, Field, added_fields, field_named, is_added, judge_field

if TYPE_CHECKING:
    from shicheng.kernel.errors import ShichengError

# What the archive or the machine says, not the description: a fonds is not changed by editing one of its items,
# and sizes and formats are those of the files.
FIXED: Final = frozenset({"fonds_code", "fonds_name", "row_number", "file_size", "format"})
EDITABLE: Final = tuple(element.name for element in ELEMENTS if element.name not in FIXED)
LONG: Final = frozenset({"note", "abstract", "keywords", "persons", "title_note", "addressee", "copied_to", "title"})
_LONGEST_CODE: Final = 200
_BY_LABEL: Final = {
    label: element.name
    for element in ELEMENTS
    for label in (*element.headers, element.label_zh, element.label_en.casefold(), element.name)
}


def element_named(text: str) -> str | None:
    """The element a person means by its code name or its Chinese or English name; None if there is none."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _BY_LABEL.get(plain) or _BY_LABEL.get(plain.casefold())


def cleaned(value: str, element: str) -> str:
    """A value as it is kept: no blanks around it, one kind of line ends, none where one line is meant."""
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text if element in LONG or is_added(element) else " ".join(text.split("\n"))


def editable_names(category: str) -> tuple[str, ...]:
    """What a description of a category may be changed in: the elements, and the fields its scheme adds."""
    return (*EDITABLE, *(one.name for one in added_fields(category)))


def parted(changes: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Changes of elements, and changes of added fields by the label their values are kept under."""
    elements = {name: value for name, value in changes.items() if not is_added(name)}
    return elements, {name.removeprefix(ADDED): value for name, value in changes.items() if is_added(name)}


def with_changes(kept: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """Values with some changed; "" takes one away."""
    left = {name: text for name, text in kept.items() if name not in changes}
    return left | {name: value for name, value in changes.items() if value}


def current_values(item: Item) -> dict[str, str]:
    """The values a form shows: the description, with the code of an item that has a real one."""
    values = {name: str(text) for name, text in item.elements.items() if name in BY_NAME}
    values |= {one.name: text for one in added_fields(item.category) if (text := item.extra.get(one.zh))}
    if "reference_code" not in values and MADE_CODE not in item.reference_code:
        values["reference_code"] = item.reference_code
    return values


def judge_changes(item: Item, values: Mapping[str, str], changed: Iterable[str]) -> list[Fault]:
    """Judge the changed elements of a description as it would be; what was there before is not held against it."""
    names = list(changed)
    found = [fault for name in names for fault in judge_value(item, values, name)]
    return found + [
        fault for fault in _together(item, values, names) if fault.element not in {f.element for f in found}
    ]


def judge_value(item: Item, values: Mapping[str, str], name: str) -> list[Fault]:
    """Judge one element by itself."""
    value = values.get(name, "")
    field = field_named(item.category, name)
    if is_added(name) and field is not None:
        return _judge_added(item, field, value)
    if name not in BY_NAME:
        return [Fault(name, _("There is no element named %(name)s.", name=name), _("Use a name of the scheme."))]
    if name in FIXED:
        return [
            Fault(
                name,
                _("%(element)s is not part of what is edited here.", element=ElementName(name)),
                _("It belongs to the fonds or to the files; leave it as it is."),
            )
        ]
    rule = ports.judge().rule(item.category, name)
    if not value:
        must = rule.is_mandatory or (field is not None and field.required == "must")
        if must and (item.elements.get(name) or name == "title"):
            return [
                Fault(
                    name,
                    _("%(element)s is mandatory and can't be emptied.", element=ElementName(name)),
                    _("Put in the right value."),
                )
            ]
        return []
    own = _own_rules(item, name, value)
    if own is not None:
        return [own]
    fault = ports.judge().judge(item.category, name, value)
    if fault is None and field is not None:
        fault = _field_fault(field, value)
    return [] if fault is None else [fault]


def _judge_added(item: Item, field: Field, value: str) -> list[Fault]:
    if not value:
        if field.required != "must" or not item.extra.get(field.zh):
            return []
        return [
            Fault(
                field.name, _("%(element)s is mandatory and can't be emptied.", element=ElementName(field.name)),
                _("Put in the right value."),
            )
        ]  # fmt: skip
    fault = _field_fault(field, value)
    return [] if fault is None else [fault]


def _field_fault(field: Field, value: str) -> Fault | None:
    wrong = judge_field(field, value)
    return None if wrong is None else Fault(field.name, *wrong)


def _own_rules(item: Item, name: str, value: str) -> Fault | None:
    if name == "reference_code":
        return _judge_code(item, value)
    known = {*OPENNESS_WORDS} if name == "openness" else {*SECRECY_WORDS} if name == "secrecy" else set[str]()
    if known and value.split("★")[0].split("（")[0].split("(")[0].strip().lower() not in known:
        return Fault(
            name,
            _(
                "%(element)s is “%(value)s”, which is none of its values.",
                element=ElementName(name),
                value=value[:100],
            ),
            _("Choose one of the values listed."),
        )
    try:
        if name == "date":
            parse_date(value)
        elif name == "retention":
            parse_retention(value)
    except (DateError, RetentionError) as error:
        return Fault(name, error.message, error.hint)
    return None


def _judge_code(item: Item, value: str) -> Fault | None:
    if value == item.reference_code:
        return None
    if len(value) > _LONGEST_CODE:
        return Fault(
            "reference_code",
            _("The reference code has more than %(most)s characters.", most=_LONGEST_CODE),
            _("Shorten it."),
        )
    try:
        code = parse_reference_code(value)
    except ReferenceCodeError as error:
        return _fault_of("reference_code", error)
    if code.category is not None and code.category not in CATEGORIES:
        return Fault(
            "reference_code",
            _("The reference code names the record category %(category)s, which is not known.", category=code.category),
            _("Use one of: %(known)s.", known=", ".join(CATEGORIES)),
        )
    if code.fonds != item.fonds.code:
        return Fault(
            "reference_code",
            _("The reference code names the fonds %(other)s, and the item is of %(own)s.",
              other=code.fonds, own=item.fonds.code),
            _("Give it a code that begins with %(own)s; items do not change their fonds by editing.",
              own=item.fonds.code),
        )  # fmt: skip
    taken = Item.objects.filter(reference_code=value).exclude(pk=item.pk).exists()
    promised = Renumbered.objects.filter(new=value, done_at=None, problem__isnull=True).exclude(item_id=item.pk)
    if taken or promised.exists() or FormerCode.objects.filter(code=value).exclude(item_id=item.pk).exists():
        return Fault(
            "reference_code",
            _("The reference code %(code)s belongs to another item already, or did once.", code=value),
            _("Give this item a code of its own; a code is never given twice."),
        )
    return None


def _together(item: Item, values: Mapping[str, str], names: Iterable[str]) -> list[Fault]:
    """What two elements say that can't both be right; told beside the one that was changed."""
    changed = set(names)
    code = _code_of(values.get("reference_code", ""))
    if code is None:
        return []
    found = []
    year = values.get("year", "").removesuffix("年")
    if code.year is not None and year.isdecimal() and int(year) != code.year:
        found.append(("year", str(code.year), year))
    retention = _retention_of(values.get("retention", ""))
    if code.retention and retention and _retention_of(code.retention) != retention:
        found.append(("retention", code.retention, values["retention"]))
    number = values.get("item_number", "")
    if code.number is not None and number.isdecimal() and int(number) != code.number:
        found.append(("item_number", str(code.number), number))
    return [
        Fault(
            name if name in changed else "reference_code",
            _("The reference code says %(coded)s for %(element)s, and the element says %(value)s.",
              coded=coded, element=ElementName(name), value=value),
            _("Correct whichever of the two is wrong."),
        )
        for name, coded, value in found
        if changed & {name, "reference_code"}
    ]  # fmt: skip


def _code_of(text: str) -> ReferenceCode | None:
    try:
        return parse_reference_code(text) if text else None
    except ReferenceCodeError:
        return None


def _retention_of(text: str) -> str:
    try:
        return parse_retention(text).code if text else ""
    except RetentionError:
        return ""


def _fault_of(name: str, error: ShichengError) -> Fault:
    return Fault(name, error.message, error.hint)
