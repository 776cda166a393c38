"""What lists of items are narrowed by; the same words narrow the items and the numbers kept of them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from shicheng.holdings.models import Item, Tally
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


def narrow(found: QuerySet[M], filters: Mapping[str, str]) -> QuerySet[M]:
    """Narrow items, or tallies of them, by exact values.

    `year` must be digits, `files` is yes or no, `state` what the last verification said of the object, `since` a day;
    a value that can't be one finds nothing. Keys that are no filters are ignored, and so are those not in `COUNTED`
    for tallies.
    """
    for key in FILTERS:
        value = filters.get(key)
        if not value:
            continue
        if key == "fonds":
            found = found.filter(fonds__code=value)
        elif key == "year":
            found = _narrow_by_year(found, value)
        elif key in COUNTED and key != "files":
            found = found.filter(**{key: "" if value == WITHOUT else value})
        elif key == "files" and value in (YES, NO):
            column = "has_files" if found.model is Tally else "files_count__gt"
            has = (value == YES) if found.model is Tally else 0
            found = (
                found.filter(**{column: has}) if value == YES or found.model is Tally else found.filter(files_count=0)
            )
        elif found.model is Item:
            found = _narrow_items(found, key, value)
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


def _narrow_by_year(found: QuerySet[M], value: str) -> QuerySet[M]:
    if value == WITHOUT:
        return found.filter(year__isnull=True)
    return found.filter(year=int(value)) if value.isdecimal() and len(value) <= 4 else found.none()


def _narrow_items(found: QuerySet[M], key: str, value: str) -> QuerySet[M]:
    if key == "transfer":
        return found.filter(transfer=value)
    if key == "state" and value in STATES:
        return found.filter(object_id__in=storage.ids_in_state(value))
    moment = first_moment(value) if key == "since" else None
    return found.filter(registered__gte=moment) if moment else found.none()
