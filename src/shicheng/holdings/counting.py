"""How many items there are, read from the numbers the database keeps up; see `tallies`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, QuerySet, Sum

from shicheng.holdings import policies
from shicheng.holdings.models import Fonds, Item
from shicheng.holdings.narrowing import COUNTED, NO, TREE, WITHOUT, YES, is_counted, narrow
from shicheng.holdings.types import Branch
from shicheng.people.types import Actor

COUNT_AT_MOST: Final = 100_000
"""Where items must be counted one by one, counting ends here."""
MOST_VALUES: Final = 200  # of one facet


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet, "" if it is the lack of one, and how many items have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Number:
    """How many items there are; `is_least` says that there are more than were counted."""

    items: int
    is_least: bool = False


def totals(actor: Actor, filters: Mapping[str, str] | None = None) -> dict[str, int]:
    """Number of fonds, items, files and bytes the actor may see; filters that are not `COUNTED` are left out."""
    kinds = narrow(policies.visible_tallies(actor), filters or {})
    sums = kinds.aggregate(items=Sum("items"), files=Sum("files"), bytes=Sum("bytes"))
    fonds = kinds.values("fonds_id").annotate(count=Sum("items")).filter(count__gt=0).order_by().count()
    return {"fonds": fonds, **{key: int(value or 0) for key, value in sums.items()}}


def count(found: QuerySet[Item], actor: Actor, filters: Mapping[str, str]) -> Number:
    """How many items of a narrowed list there are: known at once, or counted up to a limit."""
    if is_counted(filters):
        return Number(totals(actor, filters)["items"])
    counted = found.order_by()[: COUNT_AT_MOST + 1].count()
    return Number(min(counted, COUNT_AT_MOST), is_least=counted > COUNT_AT_MOST)


def facets(actor: Actor, filters: Mapping[str, str]) -> dict[str, list[FacetCount]]:
    """The values items have within a place, by filter; years newest first, else the most frequent first.

    A filter that is laid down shows the values one could choose instead. Nothing where numbers aren't known.
    """
    if not is_counted(filters):
        return {}
    found = {}
    for name in COUNTED:
        others = {key: value for key, value in filters.items() if key != name}
        rows = _sums(narrow(policies.visible_tallies(actor), others), _column(name))
        values = [FacetCount(_value(name, row["value"]), row["count"]) for row in rows]
        order = _newest_first if name == "year" else _most_first
        found[name] = sorted(values, key=order)[:MOST_VALUES]
    return found


def branches(actor: Actor, filters: Mapping[str, str]) -> list[Branch]:
    """The branches one level below the place `filters` names in the tree; those without a value come last."""
    level = next((name for name in TREE if not filters.get(name)), None)
    if level is None:
        return []
    place = {name: filters[name] for name in TREE if filters.get(name)}
    rows = _sums(narrow(policies.visible_tallies(actor), place), _column(level))
    names = dict(Fonds.objects.values_list("code", "name")) if level == "fonds" else {}
    found = []
    for row in rows:
        value = _value(level, row["value"])
        label = f"{value} {names.get(value, '')}" if level == "fonds" else value
        key = value or WITHOUT
        found.append(Branch(key=key, label=label, count=row["count"], filters={**place, level: key}, level=level))
    return sorted(found, key=lambda one: (one.key == WITHOUT, _tree_order(one)))


def _sums(kinds: Any, column: str) -> Any:
    return kinds.order_by().values(value=F(column)).annotate(count=Sum("items")).filter(count__gt=0)


def _column(name: str) -> str:
    return {"fonds": "fonds__code", "files": "has_files"}.get(name, name)


def _value(name: str, value: Any) -> str:
    if name == "files":
        return YES if value else NO
    return "" if value is None else str(value)


def _tree_order(one: Branch) -> tuple[int, str]:
    return (int(one.key) if one.level == "year" and one.key.isdecimal() else 0, one.key)


def _newest_first(one: FacetCount) -> int:
    return -int(one.value) if one.value.isdecimal() else 1


def _most_first(one: FacetCount) -> tuple[int, str]:
    return -one.count, one.value
