"""Templates of reference codes: which parts on which level, for which categories and fonds.

“-” stands between levels, “·” (U+00B7) between the parts of one level (DA/T 13-2022). A template
is plain data, so that an archive can keep its own in its database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Literal, get_args

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes.categories import CATEGORIES
from shicheng.kernel.reference_codes.folding import SEPARATOR_LOOKALIKES

LEVEL: Final = "-"
PART: Final = "·"

Arrangement = Literal["item", "volume"]
Kind = Literal["fonds", "category", "class", "project", "year", "retention", "name", "digits", "number"]

_YEAR: Final = "(?:1[5-9]|20)[0-9]{2}"
_RETENTION: Final = "(?:Y|D[1-9][0-9]{0,2})"
_HAN: Final = "〇㐀-䶿一-鿿豈-﫿𠀀-𳑿"
_PATTERNS: Final[dict[Kind, str]] = {
    "fonds": "[A-Z][0-9]{3}",
    # A part that reads as a year or a retention period is one: DA/T 13-2022 gives no other mark.
    "class": f"(?!(?:{_YEAR}|{_RETENTION})(?![A-Z0-9]))[A-Z0-9]{{1,12}}",
    "project": "[A-Z0-9]{1,20}",
    "year": _YEAR,
    "retention": _RETENTION,
    "name": f"[A-Z0-9{_HAN}]{{1,20}}",
    "digits": "[0-9]{1,4}",
}
_EXPECTED: Final[dict[Kind, Message]] = {
    "fonds": _("a fonds code such as Z109"),
    "category": _("a record category such as WS"),
    "class": _("a class code of capitals and digits"),
    "project": _("a project code of capitals and digits"),
    "year": _("a year of four digits"),
    "retention": _("a retention period, Y or D and the number of years,"),
    "name": _("a department or subject in capitals, digits or Chinese"),
    "digits": _("a number of at most four digits"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One part of a reference code; `width` is the least number of digits of a number."""

    name: str
    kind: Kind
    width: int = 1
    optional: bool = False

    @property
    def expected(self) -> Message:
        """What a reader expects here, for people."""
        if self.kind == "number" and self.width == 1:
            return _("a number from 1")
        if self.kind == "number":
            return _("a number from 1 with at least %(width)d digits", width=self.width)
        return _EXPECTED[self.kind]

    def write(self, value: object) -> str:
        """Return `value` as it stands in the code, numbers padded to their width."""
        return str(value).zfill(self.width) if self.kind == "number" else str(value)


@dataclass(frozen=True)
class Template:
    """One form of reference codes.

    `categories` and `fonds` say where it holds; without fonds it holds everywhere. The last level
    is the running number, and all that stands before it is the scope in which it runs (`scope`).
    """

    name: str
    levels: tuple[tuple[Field, ...], ...]
    arrangement: Arrangement = "item"
    categories: tuple[str, ...] = tuple(CATEGORIES)
    fonds: tuple[str, ...] = ()
    example: str = ""

    def __post_init__(self) -> None:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a part is named twice")
        if self.arrangement not in get_args(Arrangement):
            raise ValueError(f"{self.name}: unknown way of arranging {self.arrangement!r}")
        for field in self.fields:
            if field.kind not in get_args(Kind) or not re.fullmatch("[a-z][a-z0-9_]*", field.name):
                raise ValueError(f"{self.name}: unknown kind or unfit name of {field!r}")
        for level in self.levels:
            if not level or (level[0].optional and len(level) > 1):
                raise ValueError(f"{self.name}: a level must begin with a part that is always there")
        if len(self.levels) < 2 or len(self.levels[-1]) != 1 or self.levels[-1][0].kind != "number":
            raise ValueError(f"{self.name}: the last level must be the running number alone")

    @property
    def fields(self) -> Iterator[Field]:
        """All parts from left to right."""
        return (field for level in self.levels for field in level)

    @property
    def scope(self) -> tuple[str, ...]:
        """The names of the parts within which the running number runs."""
        return tuple(field.name for level in self.levels[:-1] for field in level)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The strict form."""
        return self._compile(re.escape(LEVEL), re.escape(PART))

    @cached_property
    def lenient_regex(self) -> re.Pattern[str]:
        """The form with any look-alike of a separator; only to guess what was meant."""
        return self._compile(SEPARATOR_LOOKALIKES, SEPARATOR_LOOKALIKES)

    @cached_property
    def steps(self) -> tuple[tuple[str, Field, re.Pattern[str]], ...]:
        """The separator before each part, the part and its pattern, from left to right."""
        found = []
        for number, level in enumerate(self.levels):
            for place, field in enumerate(level):
                separator = PART if place else LEVEL if number else ""
                found.append((separator, field, re.compile(self.pattern(field))))
        return tuple(found)

    def pattern(self, field: Field) -> str:
        """Return the regular expression of one part."""
        if field.kind == "category":
            return _one_of(self.categories)
        if field.name == "fonds" and self.fonds:
            return _one_of(self.fonds)
        if field.kind == "number":
            return f"(?!0+(?![0-9]))[0-9]{{{field.width},8}}"
        return _PATTERNS[field.kind]

    def for_fonds(self, *codes: str) -> Template:
        """Return this template for these fonds only."""
        return replace(self, fonds=codes)

    def with_categories(self, *codes: str) -> Template:
        """Return this template with categories of the archive's own added."""
        return replace(self, categories=tuple(dict.fromkeys(self.categories + codes)))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that JSON and a database can hold."""
        levels = [
            [{"name": f.name, "kind": f.kind, "width": f.width, "optional": f.optional} for f in level]
            for level in self.levels
        ]
        return {
            "name": self.name,
            "levels": levels,
            "arrangement": self.arrangement,
            "categories": list(self.categories),
            "fonds": list(self.fonds),
            "example": self.example,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Template:
        """Read back what `to_dict` wrote; raises ValueError when it makes no template."""
        lists = {"levels", "categories", "fonds"}
        rest = {name: value for name, value in stored.items() if name not in lists}
        for name in lists & {"categories", "fonds"} & set(stored):
            rest[name] = tuple(stored[name])
        return cls(levels=tuple(tuple(Field(**f) for f in level) for level in stored["levels"]), **rest)

    def _compile(self, between_levels: str, between_parts: str) -> re.Pattern[str]:
        written = ""
        for number, level in enumerate(self.levels):
            for place, field in enumerate(level):
                separator = between_parts if place else between_levels if number else ""
                part = f"{separator}(?P<{field.name}>{self.pattern(field)})"
                written += f"(?:{part})?" if field.optional else part
        return re.compile(written)


def choose_template(
    templates: Iterable[Template], *, fonds: str, category: str, arrangement: Arrangement
) -> Template | None:
    """Return the template for records of this kind, one made for the fonds before a general one."""
    fitting = [
        template
        for template in templates
        if template.arrangement == arrangement
        and category in template.categories
        and (not template.fonds or fonds in template.fonds)
    ]
    return min(fitting, key=lambda template: not template.fonds, default=None)


def _one_of(codes: Iterable[str]) -> str:
    # The longest first: a code may begin with another.
    return f"(?:{'|'.join(map(re.escape, sorted(codes, key=len, reverse=True)))})"
