"""What forms give, as terms, lines and ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from shicheng.kernel.messages import message as _
from shicheng.planning.errors import BadPlan, BadTerms
from shicheng.planning.terms import Terms
from shicheng.planning.types import Draft
from shicheng.planning.workbooks import read_gigabytes

_WHOLE: Final = ("years_after", "back", "steady_years", "share", "least", "density")


def read_terms(given: Mapping[str, str], above: Terms) -> dict[str, Any]:
    """What a form changes against the terms above it: the defaults, or those of all units. Raises `BadTerms`."""
    values: dict[str, Any] = {
        "due": given.get("due", "").strip(), "source": given.get("source", ""),
        "dues": dict(_pairs(given.get("dues", ""))), "series": _lines(given.get("series", "")),
        "rules": _lines(given.get("rules", "")),
        "steps": [{"days": _number(days), "to": to} for days, to in _pairs(given.get("steps", ""))],
    }  # fmt: skip
    values |= {name: _number(given.get(name, "")) for name in _WHOLE}
    kept = above.to_json()
    return {name: value for name, value in values.items() if value != kept[name]}


def read_line(given: Mapping[str, str]) -> Draft:
    """A line of a plan as a form gives it; raises `BadPlan`."""
    try:
        numbers = {name: int(given.get(name, "").replace(",", "").strip() or 0) for name in ("items", "volumes")}
        quarter, size = int(given.get("quarter", "2") or 2), read_gigabytes(given.get("gb", ""))
    except ValueError:
        raise BadPlan(_("A quantity is no number."), hint=_("Write whole items and volumes, and GB as 1.5.")) from None
    return Draft(
        given.get("unit", "").strip(), given.get("category", "").strip(), given.get("retention", "").strip(), quarter,
        numbers["items"], numbers["volumes"], size, {}, given.get("note", ""),
    )  # fmt: skip


def read_ids(values: Iterable[str]) -> list[UUID]:
    """Ids among some values."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for line in _lines(text):
        key, sign, value = (part.strip() for part in line.partition("="))
        if not sign or not key or not value:
            raise BadTerms(
                _("“%(line)s” is no pair.", line=line[:60]), hint=_("Write each on a line of its own as “BGS = 03-31”.")
            )
        pairs.append((key, value))
    return pairs


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(" ".join(one.split()) for one in re.split(r"[\r\n;；]+", text) if one.strip()))


def _number(text: str) -> int:
    plain = text.strip()
    if not plain.isascii() or not plain.isdecimal() or len(plain) > 6:
        raise BadTerms(_("“%(value)s” is no number.", value=plain[:40]), hint=_("Write a whole number."))
    return int(plain)
