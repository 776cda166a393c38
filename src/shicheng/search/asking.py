"""A selection as an address says it, and in words."""

from __future__ import annotations

from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shicheng.holdings.browsing import FILTER_LABELS, filters_of, value_label
from shicheng.holdings.tables import ORDERS
from shicheng.search.selections import MOST_IDS, Selection
from shicheng.search.types import FACETS
from shicheng.search.viewing import within_of


def selection_of(query: QueryDict) -> Selection:
    """The records an address of the table of items or of the search page means."""
    if query.get("which") == "chosen":
        return Selection(ids=_ids(query.getlist("item")), order=_order(query))
    filters = filters_of(query)
    filters |= {name: value[:200] for name in FACETS if (value := query.get(name, "")) and "\x00" not in value}
    return Selection(
        query=query.get("q", "").replace("\x00", "").strip()[:2000] or ("*" if "q" in query else ""),
        filters=filters, year_from=_year(query.get("year_from")), year_to=_year(query.get("year_to")),
        order=_order(query), within=within_of(query),
    )  # fmt: skip


def describe(selection: Selection) -> list[str]:
    """What a selection says, in words of the present language."""
    if selection.ids:
        number = len(selection.ids)
        return [ngettext("%(n)s record chosen by hand", "%(n)s records chosen by hand", number) % {"n": number}]
    said = [_("Searched for: %(query)s") % {"query": selection.query}] if selection.query not in ("", "*") else []
    said += [_("Within: %(words)s") % {"words": one} for one in selection.within]
    for name, value in selection.filters.items():
        label = FILTER_LABELS[name] if name in FILTER_LABELS else _("File format")
        said.append(f"{label}: {value_label(name, value)}")
    if selection.year_from or selection.year_to:
        said.append(f"{FILTER_LABELS['year']}: {selection.year_from or '…'}–{selection.year_to or '…'}")
    return said or [_("All records")]


def _ids(values: list[str]) -> tuple[UUID, ...]:
    found = []
    for value in values[:MOST_IDS]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    # An empty choice must mean nothing, never everything.
    return tuple(found) or (UUID(int=0),)


def _order(query: QueryDict) -> str:
    order = query.get("order", "")
    return order if order in ORDERS else "code"


def _year(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 5 and int(text) else None
