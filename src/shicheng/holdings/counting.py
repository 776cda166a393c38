"""How many items there are, read from the numbers the database keeps up; see `tallies`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeVar

from django.core.cache import cache
from django.db.models import F, QuerySet, Sum

from shicheng.holdings import policies
from shicheng.holdings.models import Fonds, Item, Tally
from shicheng.holdings.narrowing import COUNTED, NO, TREE, WITHOUT, YES, is_counted, narrow
from shicheng.holdings.types import Branch
from shicheng.people.policies import allows, reach
from shicheng.people.types import Actor

T = TypeVar("T")

COUNT_AT_MOST: Final = 100_000
"""Where items must be counted one by one, counting ends here."""
MOST_VALUES: Final = 200  # of one facet
MANY_KINDS: Final = 20_000  # rows of numbers from which on facets and branches are remembered
REMEMBERED_SECONDS: Final = 30
_FEW_VALUES: Final = ("category", "retention", "secrecy", "openness", "files")


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
    """Number of items, files and bytes the actor may see; filters that are not `COUNTED` are left out."""
    kinds = narrow(policies.visible_tallies(actor), filters or {})
    sums = kinds.aggregate(items=Sum("items"), files=Sum("files"), bytes=Sum("bytes"))
    return {key: int(value or 0) for key, value in sums.items()}


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
    return _remembered(actor, "facets", filters, lambda: _facets(actor, filters))


def branches(actor: Actor, filters: Mapping[str, str]) -> list[Branch]:
    """The branches one level below the place `filters` names in the tree; those without a value come last."""
    level = next((name for name in TREE if not filters.get(name)), None)
    if level is None:
        return []
    place = {name: filters[name] for name in TREE if filters.get(name)}
    counted = _remembered(actor, level, place, lambda: _values_of(actor, level, place))
    names = dict(Fonds.objects.values_list("code", "name")) if level == "fonds" else {}
    found = []
    for one in counted:
        key = one.value or WITHOUT
        label = f"{one.value} {names.get(one.value, '')}" if level == "fonds" else one.value
        found.append(Branch(key=key, label=label, count=one.count, filters={**place, level: key}, level=level))
    return sorted(found, key=lambda one: (one.key == WITHOUT, _tree_order(one)))


def _remembered(actor: Actor, what: str, filters: Mapping[str, str], count_now: Callable[[], T]) -> T:
    """What was counted a moment ago where there are many kinds of items; else what is counted now.

    It goes by what the actor may see. The number of a list itself is never remembered.
    """
    if Tally.objects.order_by()[: MANY_KINDS + 1].count() <= MANY_KINDS:
        return count_now()
    sees = (allows(actor, policies.READ_OPEN), sorted(repr(one.to_json()) for one in reach(actor, policies.READ)))
    key = "holdings.counting." + sha256(repr((what, sees, sorted(filters.items()))).encode()).hexdigest()
    kept: T | None = cache.get(key)
    if kept is None:
        kept = count_now()
        cache.set(key, kept, REMEMBERED_SECONDS)
    return kept


def _facets(actor: Actor, filters: Mapping[str, str]) -> dict[str, list[FacetCount]]:
    free = [name for name in _FEW_VALUES if not filters.get(name)]
    found = _together(actor, free, filters) if free else {}
    for name in COUNTED:
        if name not in found and (name != "department" or filters.get("fonds")):
            found[name] = _values_of(actor, name, {key: value for key, value in filters.items() if key != name})
    return {
        name: sorted(found[name], key=_newest_first if name == "year" else _most_first)[:MOST_VALUES]
        for name in COUNTED
        if name in found
    }


def _together(actor: Actor, names: list[str], filters: Mapping[str, str]) -> dict[str, list[FacetCount]]:
    """Several facets of few values from one reading."""
    columns = [_column(name) for name in names]
    rows = narrow(policies.visible_tallies(actor), filters).order_by().values_list(*columns)
    sums: dict[str, Counter[str]] = {name: Counter() for name in names}
    for *values, items in rows.annotate(count=Sum("items")):
        for name, value in zip(names, values, strict=True):
            sums[name][_value(name, value)] += items
    return {
        name: [FacetCount(value, number) for value, number in counted.items() if number > 0]
        for name, counted in sums.items()
    }


def _values_of(actor: Actor, name: str, filters: Mapping[str, str]) -> list[FacetCount]:
    kinds = narrow(policies.visible_tallies(actor), filters).order_by()
    rows = kinds.values(value=F(_column(name))).annotate(count=Sum("items")).filter(count__gt=0)
    if name == "fonds":  # joined after summing, not before
        codes = dict(Fonds.objects.values_list("pk", "code"))
        return [FacetCount(codes[row["value"]], row["count"]) for row in rows]
    return [FacetCount(_value(name, row["value"]), row["count"]) for row in rows]


def _column(name: str) -> str:
    return {"fonds": "fonds_id", "files": "has_files"}.get(name, name)


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
