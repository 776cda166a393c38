"""A search as its address says it, and its results as pages show them; used by the desk and the portal alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.http import QueryDict
from django.utils.translation import gettext as _

from shicheng.people.types import Actor
from shicheng.search.facets import FACET_LABELS, value_label
from shicheng.search.marks import marks_of
from shicheng.search.services import find
from shicheng.search.types import FACETS, SORTS, FacetValue, Narrowing, Results

PAGE = 20
MOST_YEARS = 150  # shown as bars
MOST_WITHIN = 10  # times results can be searched within
_EVERYTHING = "*"


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet with its values, each with the address that takes it or lays it down."""

    name: str
    label: str
    values: list[tuple[str, FacetValue, str]]  # label, value, query part of the address


@dataclass(frozen=True, slots=True)
class Bar:
    """A year in the little chart of years: its place and height, and whether it is within what was asked for."""

    year: int
    count: int
    x: int
    y: int
    height: int
    is_within: bool


@dataclass(frozen=True, slots=True)
class SearchView:
    """Everything a page of results shows."""

    asked: str
    results: Results
    facets: list[FacetView]
    chips: list[tuple[str, str]]  # words of an active filter, query part of the address without it
    sorts: list[tuple[str, str, str, bool]]  # code, words, address, is this one
    year_from: str
    year_to: str
    number: int
    pages: int
    before: str  # query parts of the addresses of the neighbouring pages, "" where there is none
    after: str
    bars: list[Bar]
    decades: list[tuple[int, int, str]]  # year, number of records, address
    kept: list[tuple[str, str]]  # names and values of the address, for forms that narrow further
    query: str  # query part of the address of an export or of a search that is kept

    @property
    def marks(self) -> str:
        """What the address of a record gets so that the words stand marked in it."""
        return marks_of(self.asked)

    @property
    def bars_width(self) -> int:
        """Width of the chart of years in its own units."""
        return max((bar.x for bar in self.bars), default=0) + 10


def view_search(actor: Actor, query: QueryDict, index_path: Path, *, shown: tuple[str, ...] = FACETS) -> SearchView:
    """Search as the address says; every state of the page is in it."""
    asked = query.get("q", "").strip()
    number = _whole(query.get("page")) or 1
    sort = query.get("sort", "") if query.get("sort") in SORTS else ("relevance" if asked else "-date")
    narrowing = _narrowing(query, shown)
    filters = narrowing.filters
    results = find(
        actor, asked or _EVERYTHING, index_path=index_path, limit=PAGE, offset=(number - 1) * PAGE, sort=sort,
        narrowing=narrowing, facets=True,
    )  # fmt: skip
    pages = max(1, -(-results.total // PAGE))
    facets = [
        FacetView(name, str(label), [_value(query, name, one) for one in results.facets[name]])
        for name, label in FACET_LABELS.items()
        if name in shown and name != "year" and results.facets.get(name)
    ]
    return SearchView(
        asked=asked,
        results=results,
        facets=facets,
        chips=_chips(query, filters, results, narrowing),
        sorts=[(code, words, _address(query, {"sort": code}), code == sort) for code, words in _sort_words().items()],
        year_from=query.get("year_from", ""),
        year_to=query.get("year_to", ""),
        number=number,
        pages=pages,
        before=_address(query, {"page": str(number - 1)}, keep_page=True) if number > 1 else "",
        after=_address(query, {"page": str(number + 1)}, keep_page=True) if number < pages else "",
        bars=_bars(results.facets.get("year", []), narrowing),
        decades=_decades(query, results.facets.get("year", [])),
        kept=[(name, value) for name in query if name not in ("page", "saved") for value in query.getlist(name)],
        query=_address(query, {"q": asked or _EVERYTHING, "saved": ""}).removeprefix("?"),
    )


def count_hits(actor: Actor, query: QueryDict, index_path: Path) -> int:
    """How many records the search of an address finds now."""
    asked = query.get("q", "").strip() or _EVERYTHING
    return find(actor, asked, index_path=index_path, limit=0, narrowing=_narrowing(query, FACETS)).total


def _narrowing(query: QueryDict, shown: tuple[str, ...]) -> Narrowing:
    return Narrowing(
        year_from=_whole(query.get("year_from")),
        year_to=_whole(query.get("year_to")),
        filters={str(name): value for name in FACETS if name in shown and (value := query.get(name, ""))},
        within=within_of(query),
    )


def within_of(query: QueryDict) -> tuple[str, ...]:
    """The queries an address narrows its results by."""
    asked = (" ".join(one.split())[:500] for one in query.getlist("within")[:MOST_WITHIN])
    return tuple(dict.fromkeys(one for one in asked if one))


def _sort_words() -> dict[str, str]:
    return {
        "relevance": _("Relevance"),
        "-date": _("Newest first"),
        "date": _("Oldest first"),
        "code": _("Reference code"),
    }


def _value(query: QueryDict, name: str, one: FacetValue) -> tuple[str, FacetValue, str]:
    return one.label, one, _address(query, {name: "" if one.active else one.value})


def _chips(query: QueryDict, filters: dict[str, str], results: Results, narrowing: Narrowing) -> list[tuple[str, str]]:
    chips = []
    for one in narrowing.within:
        changed = query.copy()
        changed.pop("page", None)
        changed.setlist("within", [other for other in narrowing.within if other != one])
        chips.append((_("Within: %(words)s") % {"words": one}, "?" + changed.urlencode()))
    for name, value in filters.items():
        known = next((one for one in results.facets.get(name, []) if one.value == value), None)
        label = known.label if known else value_label(name, value)
        chips.append((f"{FACET_LABELS[name]}: {label}", _address(query, {name: ""})))
    if narrowing.year_from is not None or narrowing.year_to is not None:
        years = f"{narrowing.year_from or '…'}–{narrowing.year_to or '…'}"
        chips.append((f"{FACET_LABELS['year']}: {years}", _address(query, {"year_from": "", "year_to": ""})))
    return chips


def _bars(years: list[FacetValue], narrowing: Narrowing) -> list[Bar]:
    """One bar a year from the first to the last, nothing where a chart would not say more than the numbers."""
    counts = {int(one.value): one.count for one in years if one.value.isdecimal()}
    if len(counts) < 3 or max(counts) - min(counts) > MOST_YEARS:
        return []
    first, most = min(counts), max(counts.values())
    chosen = narrowing.year_from is not None or narrowing.year_to is not None
    bars = []
    for year, count in counts.items():
        height = max(2, 44 * count // most)
        within = chosen and (narrowing.year_from or 0) <= year <= (narrowing.year_to or 9999)
        bars.append(Bar(year, count, (year - first) * 10, 44 - height, height, within))
    return bars


def _decades(query: QueryDict, years: list[FacetValue]) -> list[tuple[int, int, str]]:
    """Ten years to one bar, as many records high as there are."""
    sums: dict[int, int] = {}
    for one in years:
        if one.value.isdecimal():
            decade = int(one.value) // 10 * 10
            sums[decade] = sums.get(decade, 0) + one.count
    return [
        (decade, count, _address(query, {"year": "", "year_from": str(decade), "year_to": str(decade + 9)}))
        for decade, count in sorted(sums.items(), reverse=True)
    ]


def _address(query: QueryDict, changes: dict[str, str], *, keep_page: bool = False) -> str:
    changed = query.copy()
    if not keep_page:
        changed.pop("page", None)
    for name, value in changes.items():
        changed.pop(name, None)
        if value:
            changed[name] = value
    return "?" + changed.urlencode()


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 8 and int(text) else None
