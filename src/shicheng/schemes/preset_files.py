"""Tables to begin from: those of the package, each a TOML file in `presets/`. No database here."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any, Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.schemes.errors import PresetNotFound
from shicheng.schemes.types import ClassDraft, RowDraft, TableDraft
from shicheng.schemes.words import read_retention

_LISTS: Final = ("examples", "words", "prefixes", "issuers")


@dataclass(frozen=True, slots=True)
class Preset:
    """A table to begin from; `about` says what is in it and how far it can be relied on."""

    name: str
    title: Message
    about: Message
    table: TableDraft

    @property
    def recalled(self) -> int:
        """Rows that were recalled, not taken from a source."""
        return sum(row.source == "R" for row in self.table.rows)

    @property
    def open_terms(self) -> int:
        """Rows whose term has to be decided."""
        return sum(not row.retention for row in self.table.rows)


TITLES: Final[dict[str, tuple[Message, Message]]] = {
    "government-office": (
        _("Government office"),
        _("Short forms of the rows of the retention table of 2006 (rule no. 8), with proposed classes by subject."),
    ),
    "peoples-congress": (
        _("Standing committee of a People's Congress"),
        _("Sessions, legislation, supervision, elections and appointments, deputies, motions and suggestions."),
    ),
    "tv-radio": (
        _("TV and radio station"),
        _("Programmes, footage, scripts, broadcasts and rights, with the three old terms: permanent, long, short."),
    ),
    "poverty-alleviation": (
        _("Targeted poverty alleviation"),
        _("Classes JF 01 to 05 and villages, one household one volume; the terms have to be decided."),
    ),
    "livelihood": (
        _("People's livelihood"),
        _("Marriage, land, schooling, work years, veterans, insurance and more; some terms have to be decided."),
    ),
    "accounting": (
        _("Accounting"),
        _("Vouchers, ledgers, reports and other accounting papers with their terms."),
    ),
}


def presets() -> list[Preset]:
    """Every preset of the package."""
    return [preset(name) for name in TITLES]


@cache
def preset(name: str) -> Preset:
    """One preset by its name; raises `PresetNotFound`."""
    if name not in TITLES:
        raise PresetNotFound(
            _("There is no preset %(name)s.", name=name),
            hint=_("These are there: %(names)s.", names=", ".join(TITLES)),
        )
    text = resources.files("shicheng.schemes.presets").joinpath(f"{name}.toml").read_text("utf-8")
    title, about = TITLES[name]
    return Preset(name, title, about, read_preset(text, origin=name))


def read_preset(text: str, *, origin: str) -> TableDraft:
    """Read a table written as TOML. Raises `ValueError` for names it does not know and terms it can't read."""
    given = tomllib.loads(text)
    return TableDraft(
        classes=tuple(ClassDraft(**_only(one, ClassDraft)) for one in given.get("classes", ())),
        rows=tuple(_row(one) for one in given.get("rows", ())),
        templates=tuple(sorted(given.get("templates", {}).items())),
        origin=origin,
    )


def _row(given: dict[str, Any]) -> RowDraft:
    values = _only(given, RowDraft)
    if values.get("retention"):
        values["retention"], values["retention_text"] = read_retention(values["retention"])
    values |= {name: tuple(values[name]) for name in _LISTS if name in values}
    return RowDraft(**values)


def _only(given: dict[str, Any], kind: type) -> dict[str, Any]:
    known = {one.name for one in fields(kind)}
    if unknown := sorted(set(given) - known):
        raise ValueError(f"unknown names: {', '.join(unknown)}")
    return dict(given)
