"""Facets: the values hits have, how many have each, and what they are called."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, Final

import tantivy
from django.utils.translation import get_language

from shicheng.holdings import selectors as holdings
from shicheng.holdings.types import Openness, Secrecy
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.people.services import SYSTEM
from shicheng.search.types import FACETS, FacetValue, Narrowing

_KEPT: Final = 200  # results whose counts are remembered
MOST_VALUES: Final = 100  # of one facet; the most frequent are shown

OPENNESS: Final[dict[str, Message]] = {
    Openness.OPEN: _("Open"),
    Openness.CONTROLLED: _("Restricted use"),
    Openness.DEFERRED: _("Opening deferred"),
    Openness.UNREVIEWED: _("Not reviewed yet"),
}
SECRECY: Final[dict[str, Message]] = {
    Secrecy.PUBLIC: _("Public"),
    Secrecy.RESTRICTED: _("Internal"),
    Secrecy.CONFIDENTIAL: _("Confidential"),
    Secrecy.SECRET: _("Secret"),
    Secrecy.TOP_SECRET: _("Top secret"),
}
FACET_LABELS: Final[dict[str, Message]] = {
    "fonds": _("Fonds"),
    "category": _("Record category"),
    "year": _("Filing year"),
    "retention": _("Retention period"),
    "department": _("Department"),
    "openness": _("Openness"),
    "secrecy": _("Secrecy level"),
    "format": _("File format"),
    "transfer": _("Transfer"),
}
_REQUEST: Final = {
    name: {"terms": {"field": "year" if name == "year" else f"f_{name}", "size": MOST_VALUES}} for name in FACETS
}


Counts = dict[str, list[tuple[str, int]]]
_counted: OrderedDict[Hashable, Counts] = OrderedDict()
_labels: dict[tuple[str | None, str, str], str] = {}
_names: dict[str, tuple[float, str]] = {}
_guard = threading.Lock()


def count_facets(
    searcher: tantivy.Searcher, query: tantivy.Query, narrowing: Narrowing, key: Hashable
) -> dict[str, list[FacetValue]]:
    """Count the values of each facet among the hits of a query, the most frequent first, years newest first.

    `key` stands for the query and the state of the index: the pages of one result are counted once.
    """
    values = _count(searcher, query, key)
    names = _fonds_names([value for value, _number in values["fonds"]])
    found: dict[str, list[FacetValue]] = {}
    for name in FACETS:
        active = narrowing.filters.get(name) or (narrowing.fonds if name == "fonds" else "")
        counted = values[name]
        if active and all(value != active for value, _number in counted):
            counted = [*counted, (active, 0)]
        found[name] = [
            FacetValue(
                value, names.get(value, value) if name == "fonds" else value_label(name, value), number, value == active
            )
            for value, number in counted
        ]
        found[name].sort(key=_year_order if name == "year" else _count_order)
    return found


def _count(searcher: tantivy.Searcher, query: tantivy.Query, key: Hashable) -> Counts:
    with _guard:
        if key in _counted:
            _counted.move_to_end(key)
            return _counted[key]
    counted = searcher.aggregate(query, _REQUEST)
    values = {name: [(_text(one["key"]), int(one["doc_count"])) for one in counted[name]["buckets"]] for name in FACETS}
    with _guard:
        _counted[key] = values
        while len(_counted) > _KEPT:
            _counted.popitem(last=False)
    return values


def value_label(facet: str, value: str) -> str:
    """What a value of a facet is called in the present language."""
    key = (get_language(), facet, value)
    if key not in _labels:
        if len(_labels) > 10_000:
            _labels.clear()
        _labels[key] = _value_label(facet, value)
    return _labels[key]


def _value_label(facet: str, value: str) -> str:
    """What a value of a facet is called in the present language."""
    if facet == "openness" and value in OPENNESS:
        return str(OPENNESS[value])
    if facet == "secrecy" and value in SECRECY:
        return str(SECRECY[value])
    if facet == "category" and value in CATEGORIES:
        return str(CATEGORIES[value])
    if facet == "format":
        return value.upper()
    if facet == "retention":
        try:
            return str(parse_retention(value).label)
        except RetentionError:
            return value
    return value


def _fonds_names(codes: list[str]) -> dict[str, str]:
    """Names of fonds that hits have, remembered for a minute."""
    now = time.monotonic()
    wanted = [code for code in codes if code not in _names or _names[code][0] < now]
    if wanted:
        for code, name in holdings.fonds_names(SYSTEM, wanted).items():
            _names[code] = (now + 60, code if name == code else f"{code} {name}")
    return {code: _names[code][1] for code in codes if code in _names}


def _text(key: Any) -> str:
    return str(int(key)) if isinstance(key, float) else str(key)


def _count_order(one: FacetValue) -> tuple[int, str]:
    return -one.count, one.value


def _year_order(one: FacetValue) -> int:
    return -int(one.value) if one.value.lstrip("-").isdigit() else 0
