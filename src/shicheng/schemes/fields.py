"""Fields of descriptions per record category: those of the norms, and those an archive adds without code.

A field is an element of DA/T 46 (its name is the element's), or an added one. The values of added fields stand where
columns of catalogues stand that no norm knows, under the field's Chinese label; so a catalogue that brings such a
column fills the field, and every paper of the store holds it as it holds those. In changes they are named by
`ADDED` and the label.
"""

from __future__ import annotations

import re
import time
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import get_language

from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.messages import Label, Message
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import ADDED, BY_NAME

TYPES: Final[dict[str, Message]] = {
    "text": _("text"),
    "long": _("long text"),
    "number": _("number"),
    "date": _("date"),
    "code": _("one of some values"),
    "authority": _("authority"),
    "yesno": _("yes or no"),
}
REQUIRED: Final[dict[str, Message]] = {
    "must": _("mandatory"),
    "if": _("mandatory where it applies"),
    "may": _("optional"),
}
AUTHORITIES: Final[dict[str, Message]] = {
    "person": _("person"),
    "body": _("body"),
    "place": _("place"),
    "subject": _("subject"),
}
YES_NO: Final = ("是", "否")
__all__ = [
    "ADDED", "AUTHORITIES", "REQUIRED", "TYPES", "YES_NO", "Field", "Preset", "added_everywhere", "added_fields",
    "all_added", "field_named", "fields_of", "forget", "is_added", "judge_field", "label_of",
    "labels_of", "laid_down", "presets", "split_values",
]  # fmt: skip
_SEPARATORS: Final = re.compile(r"[;；]")
_LONGEST: Final = 2000
_FRESH: Final = 1.0  # seconds other processes may lag behind a change


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a scheme; `element` is the name of an element of DA/T 46, "" for an added one."""

    code: str = ""
    zh: str = ""
    en: str = ""
    type: str = "text"
    required: str = "may"
    repeatable: bool = False
    most: int = _LONGEST
    values: tuple[str, ...] = ()
    authority: str = ""
    help_zh: str = ""
    help_en: str = ""
    norm: str = ""
    mark: str = ""
    element: str = ""

    @property
    def name(self) -> str:
        """What changes and forms call it."""
        return self.element or f"{ADDED}{self.zh}"

    @property
    def names(self) -> Label:
        """Its label in both languages."""
        return Label(self.zh, self.en)

    @property
    def label(self) -> str:
        """Its label in the present language."""
        return str(self.names)

    @property
    def help(self) -> str:
        """What the form says of it, in the present language."""
        return self.help_zh if (get_language() or "").startswith("zh") or not self.help_en else self.help_en

    def to_json(self) -> dict[str, Any]:
        """The form that is kept."""
        return {**asdict(self), "values": list(self.values)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Field:
        """Read back what `to_json` wrote; an element brings its own labels."""
        known = {name: kept[name] for name in cls.__dataclass_fields__ if name in kept}
        known["values"] = tuple(known.get("values", ()))
        element = BY_NAME.get(known.get("element", ""))
        if element is not None:
            known |= {"code": element.name, "zh": element.label_zh, "en": element.label_en}
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Preset:
    """A table of fields to begin from."""

    name: str
    title_zh: str
    title_en: str
    categories: tuple[str, ...]  # it holds for, where the archive laid down nothing else
    fields: tuple[Field, ...]

    @property
    def title(self) -> str:
        """Its title in the present language."""
        return self.title_zh if (get_language() or "").startswith("zh") else self.title_en


@cache
def presets() -> dict[str, Preset]:
    """The tables that come with the program."""
    with Path(__file__).with_name("field_presets.toml").open("rb") as stream:
        tables = tomllib.load(stream)
    return {
        name: Preset(
            name, one["title_zh"], one["title_en"], tuple(one["categories"]),
            tuple(Field.from_json(field) for field in one["fields"]),
        )
        for name, one in tables.items()
    }  # fmt: skip


def fields_of(category: str, day: date | None = None) -> tuple[Field, ...]:
    """The fields that hold for a category on a day, in their order: the archive's own table, else the norm's."""
    kept = _in_force(day or _today())
    if category in kept:
        return kept[category]
    shipped = _shipped().get(category)
    if shipped is not None and (category or "" not in kept):
        return shipped
    return kept[""] if "" in kept else presets()["base"].fields


@cache
def _shipped() -> dict[str, tuple[Field, ...]]:
    """The fields that come with the program, by the categories they hold for."""
    return {code: one.fields for one in presets().values() for code in one.categories}


def added_fields(category: str) -> tuple[Field, ...]:
    """Those of them no norm of elements knows."""
    return _added(fields_of(category))


@lru_cache(maxsize=256)
def _added(table: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(one for one in table if not one.element)


def _today() -> date:
    """The day, asked for so often that the time zone is not asked each time."""
    global _day
    now = time.monotonic()
    if now - _day[0] > _FRESH:
        _day = (now, timezone.localdate())
    return _day[1]


def field_named(category: str, name: str) -> Field | None:
    """The field of a category a change names; None if the category has none such."""
    return next((one for one in fields_of(category) if one.name == name), None)


def label_of(name: str) -> str:
    """The label of an added field by its name, whatever category it is of; what it is called itself if none has it."""
    return str(labels_of(name))


def labels_of(name: str) -> Label:
    """The same in both languages."""
    for table in (*_in_force(_today()).values(), *(one.fields for one in presets().values())):
        for one in table:
            if one.name == name:
                return one.names
    return Label(name.removeprefix(ADDED), "")


def laid_down() -> frozenset[str]:
    """The categories the archive laid down fields for itself."""
    return frozenset(_in_force(_today()))


def added_everywhere() -> tuple[Field, ...]:
    """The added fields of every category; one that several categories have stands there for each of them."""
    categories = {"", *laid_down(), *_shipped()}
    return tuple(one for code in sorted(categories) for one in added_fields(code))


def all_added() -> dict[str, str]:
    """The added fields of every category and their labels in the present language, by name."""
    return {one.name: one.label for one in added_everywhere()}


def is_added(name: str) -> bool:
    """Tell whether a change names an added field."""
    return name.startswith(ADDED)


def split_values(field: Field, value: str) -> list[str]:
    """The single values of a field that may have several."""
    parts = _SEPARATORS.split(value) if field.repeatable else [value]
    return [part.strip() for part in parts if part.strip()]


def judge_field(field: Field, value: str) -> tuple[Message, Message] | None:
    """What is wrong with a value that is not empty, and what to do; None if nothing is."""
    if len(value) > field.most:
        return _("%(field)s has more than %(most)s characters.", field=field.names, most=field.most), _("Shorten it.")
    for one in split_values(field, value):
        match field.type:
            case "number" if not re.fullmatch(r"-?\d+(\.\d+)?", one.replace(",", "")):
                return _("%(value)s is no number.", value=one[:100]), _("Write it in digits.")
            case "date":
                try:
                    parse_date(one)
                except DateError as error:
                    return error.message, error.hint or _("Write it as 20240131 or 2024-01-31.")
            case "code" if field.values and one not in field.values:
                return (
                    _("%(field)s is “%(value)s”, which is none of its values.", field=field.names, value=one[:100]),
                    _("Choose one of: %(values)s.", values="、".join(field.values)),
                )
            case "yesno" if one not in YES_NO:
                return (
                    _("%(field)s is “%(value)s”, which is none of its values.", field=field.names, value=one[:100]),
                    _("Choose one of: %(values)s.", values="、".join(YES_NO)),
                )
    return None


def forget() -> None:
    """Read the tables again at the next question: something was laid down in this process."""
    _kept.clear()


_day: tuple[float, date] = (float("-inf"), date.min)
_kept: dict[date, tuple[float, dict[str, tuple[Field, ...]]]] = {}


def _in_force(day: date) -> dict[str, tuple[Field, ...]]:
    known = _kept.get(day)
    if known is not None and time.monotonic() - known[0] < _FRESH:
        return known[1]
    from shicheng.schemes.models import FieldTable

    rows = FieldTable.objects.filter(begins__lte=day).order_by("category", "version")
    found = {row.category: _read(row.fields) for row in rows}
    if len(_kept) > 20:
        _kept.clear()
    _kept[day] = (time.monotonic(), found)
    return found


def _read(kept: Iterable[Mapping[str, Any]]) -> tuple[Field, ...]:
    return tuple(Field.from_json(one) for one in kept)
