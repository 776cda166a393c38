"""What lists of items are narrowed by; the same words narrow the items and the numbers kept of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Model, QuerySet, Subquery
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from shicheng.holdings.models import Fonds, Item, Tally
from shicheng.storage import selectors as storage

# Order in which the tree branches below a fonds.
TREE: Final = ("fonds", "category", "year", "retention", "department")
COUNTED: Final = (*TREE, "secrecy", "openness", "files")
"""Filters whose numbers are known without counting, in the order pages show them as facets."""
FILTERS: Final = (*COUNTED, "transfer", "state", "since")
WITHOUT: Final = "∅"
"""As the value of a filter: items that have none."""
STATES: Final = ("damaged", "missing")
YES, NO = "yes", "no"
M = TypeVar("M", bound=Model)


class Unindexed(Func):
    """A column as it is, but such that SQLite reads no index by it: without statistics it takes any index it finds."""

    template = "+%(expressions)s"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        """PostgreSQL knows how many rows have a value, and chooses well."""
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


def narrow(found: QuerySet[M], filters: Mapping[str, str], *, by_index: bool = True, guide: str = "") -> QuerySet[M]:
    """Narrow items, or tallies of them, by exact values.

    `year` must be digits, `files` is yes or no, `state` what the last verification said of the object, `since` a day;
    a value that can't be one finds nothing. Keys that are no filters are ignored, and so are those not in `COUNTED`
    for tallies. Without `by_index` the order of a list decides how it is read, not what it is narrowed by, but for the
    one key `guide` that an index has before the order.
    """
    for key in FILTERS:
        value = filters.get(key)
        if not value:
            continue
        indexed = by_index or key == guide
        if key == "fonds":
            home = Fonds.objects.filter(code=value).values("pk")[:1]
            found = _equal(found, "fonds_id", Subquery(home), by_index=indexed)
        elif key == "year":
            found = _narrow_by_year(found, value, by_index=indexed)
        elif key in COUNTED and key != "files":
            found = _equal(found, key, "" if value == WITHOUT else value, by_index=indexed)
        elif key == "files" and value in (YES, NO):
            found = _narrow_by_files(found, has=value == YES)
        elif found.model is Item:
            found = _narrow_items(found, key, value, by_index=indexed)
    return found


def is_counted(filters: Mapping[str, str]) -> bool:
    """Tell whether the numbers of such a list are known without counting its items."""
    return not any(filters.get(name) for name in FILTERS if name not in COUNTED)


def first_moment(day: str) -> datetime.datetime | None:
    """The beginning of a day written 2026-01-31, where the archive stands; None if it is no day."""
    try:
        return timezone.make_aware(datetime.datetime.strptime(day, "%Y-%m-%d"))  # noqa: DTZ007  # made aware here
    except ValueError:
        return None


def _equal(found: QuerySet[M], column: str, value: Any, *, by_index: bool) -> QuerySet[M]:
    if by_index:
        return found.filter(**{column: value})
    found = found.alias(**{f"as_{column}": Unindexed(column)})
    return found.filter(**{f"as_{column}": value})


def _narrow_by_year(found: QuerySet[M], value: str, *, by_index: bool) -> QuerySet[M]:
    if value == WITHOUT:
        return found.filter(year__isnull=True)
    if not value.isdecimal() or len(value) > 4:
        return found.none()
    return _equal(found, "year", int(value), by_index=by_index)


def _narrow_by_files(found: QuerySet[M], *, has: bool) -> QuerySet[M]:
    if found.model is Tally:
        return found.filter(has_files=has)
    return found.filter(files_count__gt=0) if has else found.filter(files_count=0)


def _narrow_items(found: QuerySet[M], key: str, value: str, *, by_index: bool) -> QuerySet[M]:
    if key == "transfer":
        return _equal(found, "transfer", value, by_index=by_index)
    if key == "state" and value in STATES:
        return found.filter(object_id__in=storage.ids_in_state(value))
    moment = first_moment(value) if key == "since" else None
    return found.filter(registered__gte=moment) if moment else found.none()
