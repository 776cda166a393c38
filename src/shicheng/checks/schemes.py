"""Rules for descriptive elements: what must be there, how long, of which kind and from which values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from shicheng.checks.catalogue import read_table
from shicheng.checks.errors import BrokenTable
from shicheng.kernel.messages import message as _

KINDS = frozenset({"text", "date", "year", "number", "pages", "count", "code", "retention"})
OBLIGATIONS = frozenset({"mandatory", "column", "optional"})
_DEFAULT_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class ElementRule:
    """What holds for one element. Lengths are in characters."""

    name: str
    obligation: str = "optional"
    max_length: int = _DEFAULT_LENGTH
    kind: str = "text"
    domain: frozenset[str] = frozenset()
    shown_domain: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Scheme:
    """The rules of one category."""

    category: str
    rules: dict[str, ElementRule] = field(default_factory=dict)
    ceiling: str = ""
    secrecy_order: tuple[str, ...] = ()
    first_year: int = 1
    future_days: int = 0
    filing_lag: int = 2

    def rule(self, name: str) -> ElementRule:
        """Return the rule of an element; one that is not named has only a generous length."""
        return self.rules.get(name) or ElementRule(name)


@cache
def _table() -> Mapping[str, Any]:
    return read_table("schemes.toml")


def scheme_of(category: str, edits: Mapping[str, Any] | None = None) -> Scheme:
    """Return the scheme of a category; `edits` are rows of the archive laid over the table.

    An edit is shaped like the table: {"ceiling": …} or {"*": {"title": {"max_length": 300}}}.
    """
    table = _table()
    edits = edits or {}
    rows: dict[str, dict[str, Any]] = {}
    for source in (table, edits):
        for group in ("*", category):
            for name, row in source.get(group, {}).items():
                rows[name] = {**rows.get(name, {}), **row}

    def setting(name: str) -> Any:
        return edits.get(name, table[name])

    return Scheme(
        category=category,
        rules={name: _rule(name, row) for name, row in rows.items()},
        ceiling=setting("ceiling"),
        secrecy_order=tuple(setting("secrecy_order")),
        first_year=setting("first_year"),
        future_days=setting("future_days"),
        filing_lag=setting("filing_lag"),
    )


def _rule(name: str, row: Mapping[str, Any]) -> ElementRule:
    kind, obligation = row.get("kind", "text"), row.get("obligation", "optional")
    if kind not in KINDS or obligation not in OBLIGATIONS:
        raise BrokenTable(
            _("The scheme gives the element %(name)s the kind %(kind)s and the obligation %(obligation)s, "
              "which are not both known.", name=name, kind=kind, obligation=obligation)
        )  # fmt: skip
    try:
        pattern = re.compile(row["pattern"]) if "pattern" in row else None
    except re.error as error:
        raise BrokenTable(
            _("The pattern of the element %(name)s can't be read: %(reason)s.", name=name, reason=str(error))
        ) from error
    return ElementRule(
        name=name,
        obligation=obligation,
        max_length=int(row.get("max_length", _DEFAULT_LENGTH)),
        kind=kind,
        domain=frozenset(row.get("domain", ())),
        shown_domain=tuple(row.get("domain", ())),
        pattern=pattern,
        hint=row.get("hint", ""),
    )
