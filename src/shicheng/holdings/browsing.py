"""The table of items as its address says it: place, filters, order, columns, and the ways on from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shicheng.base.templatetags.words import size
from shicheng.holdings import counting, table_views, tables
from shicheng.holdings.counting import FacetCount
from shicheng.holdings.models import Item, TableView
from shicheng.holdings.narrowing import COUNTED, FILTERS, TREE, WITHOUT, YES
from shicheng.holdings.policies import EDIT
from shicheng.holdings.viewing import tree
from shicheng.holdings.words import OPENNESS, SECRECY, branch_label, retention_label
from shicheng.kernel.messages import Message, message
from shicheng.people.policies import allows
from shicheng.people.types import Actor

SHOWN_AT_ONCE: Final = 8  # values of a facet; the others are one click away

FILTER_LABELS: Final[dict[str, Message]] = {
    "fonds": message("Fonds"),
    "category": message("Record category"),
    "year": message("Filing year"),
    "retention": message("Retention period"),
    "department": message("Department"),
    "secrecy": message("Secrecy level"),
    "openness": message("Openness"),
    "files": message("Files"),
    "transfer": message("Transfer"),
    "state": message("State in the store"),
    "since": message("Taken in since"),
}
_FACETS: Final = tuple(name for name in COUNTED if name != "fonds")  # the tree shows the fonds


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be chosen; `order` is that of the list which sorts by it, "" if none does."""

    name: str
    label: Message
    text: Callable[[Item], str]
    order: str = ""
    look: str = ""  # classes of the cell


COLUMNS: Final[dict[str, Column]] = {
    one.name: one
    for one in (
        Column("author", message("Author"), lambda item: item.author, look="mid"),
        Column("document_number", message("Document number"), lambda item: item.document_number),
        Column("date", message("Date"), lambda item: item.date_text, order="date", look="nowrap"),
        Column("year", message("Filing year"), lambda item: str(item.year or ""), order="year", look="num"),
        Column("fonds", message("Fonds"), lambda item: item.fonds.code, look="nowrap"),
        Column("category", message("Record category"), lambda item: value_label("category", item.category, none="")),
        Column("retention", message("Retention period"), lambda item: retention_label(item.retention), look="nowrap"),
        Column("department", message("Department"), lambda item: item.department),
        Column("volume", message("Volume"), lambda item: item.volume),
        Column("pages", message("Pages"), lambda item: "" if item.pages is None else str(item.pages), look="num"),
        Column("files", message("Files"), lambda item: str(item.files_count), look="num"),
        Column("size", message("Size"), lambda item: size(item.bytes) if item.files_count else "", look="num nowrap"),
        Column("secrecy", message("Secrecy level"), lambda item: value_label("secrecy", item.secrecy)),
        Column("openness", message("Openness"), lambda item: value_label("openness", item.openness)),
        Column("transfer", message("Transfer"), lambda item: item.transfer, look="nowrap"),
        Column(
            "registered", message("Taken in"), lambda item: timezone.localdate(item.registered).isoformat(),
            order="registered", look="nowrap",
        ),
    )
}  # fmt: skip
USUAL: Final = ("author", "document_number", "date", "pages", "files", "openness")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: where a click on it leads, and how the list is sorted by it now."""

    label: str
    address: str
    sorted: str  # "ascending", "descending" or ""
    look: str


@dataclass(frozen=True, slots=True)
class FacetView:
    """A filter with its values: label, count, query part of the address, is it laid down."""

    name: str
    label: str
    values: list[tuple[str, int, str, bool]]
    more: list[tuple[str, int, str, bool]]


def filters_of(query: Mapping[str, str]) -> dict[str, str]:
    """The filters an address names."""
    return {name: value[:200] for name in FILTERS if (value := query.get(name, "").strip()) and "\x00" not in value}


def columns_of(actor: Actor, query: Mapping[str, str]) -> tuple[str, ...]:
    """The columns an address names, else those the actor chose once, else the usual ones."""
    named = [name for name in query.get("columns", "").split(",") if name in COLUMNS]
    return tuple(named) or table_views.columns_of(actor, COLUMNS) or USUAL


def view_table(actor: Actor, query: QueryDict) -> dict[str, Any]:
    """Everything the table shows."""
    filters = filters_of(query)
    order = query.get("order", "") if query.get("order") in tables.ORDERS else "code"
    columns = columns_of(actor, query)
    number = counting.count(tables.select(actor, filters), actor, filters)
    page = tables.read_table(
        actor, filters, order=order, after=query.get("after", ""), before=query.get("before", ""),
        expected=number.items,
    )  # fmt: skip
    return {
        "filters": filters,
        "order": order,
        "heads": _heads(query, order, columns),
        "rows": [(item, _cells(item, columns)) for item in page.rows],
        "before": _address(query, {"before": page.before}) if page.before else "",
        "after": _address(query, {"after": page.after}) if page.after else "",
        "number": number,
        "may_describe": allows(actor, EDIT),
        "chips": [
            (f"{FILTER_LABELS[name]}: {value_label(name, value)}", _address(query, {name: ""}))
            for name, value in filters.items()
        ],
    }  # fmt: skip


def view_place(actor: Actor, query: QueryDict) -> dict[str, Any]:
    """What stands around the table: the tree, the facets, the columns, the kept views."""
    filters = filters_of(query)
    columns = columns_of(actor, query)
    counted = counting.facets(actor, filters)
    return {
        "totals": counting.totals(actor),
        "tree": tree(actor, filters),
        "facets": [_facet(query, name, counted[name], filters.get(name, "")) for name in _FACETS if counted.get(name)],
        "columns": [(one.name, str(one.label), one.name in columns) for one in COLUMNS.values()],
        "columns_given": ",".join(columns),
        "views": [(one, _view_address(one)) for one in table_views.views(actor)],
        "own": actor.user_id,
        "view": query.get("view", ""),
        # Filters the search page knows by the same names.
        "search_filters": {
            name: value for name, value in filters.items()
            if value != WITHOUT and name in (*TREE, "secrecy", "openness", "transfer")
        },
    }  # fmt: skip


def value_label(name: str, value: str, *, none: str | None = None) -> str:
    """What a value of a filter is called in the present language."""
    if value in ("", WITHOUT):
        return pgettext("no value", "without") if none is None else none
    match name:
        case "files":
            return _("with files") if value == YES else _("without files")
        case "openness":
            return str(OPENNESS.get(value, value))  # type: ignore[call-overload]  # stored as plain text
        case "secrecy":
            return str(SECRECY.get(value, value))  # type: ignore[call-overload]  # stored as plain text
        case "state":
            return {"damaged": _("damaged"), "missing": _("missing")}.get(value, value)
    return branch_label(name, value, value)


def _heads(query: QueryDict, order: str, columns: Sequence[str]) -> list[Head]:
    heads = [_head(query, order, _("Reference code"), "code"), _head(query, order, _("Title"), "title")]
    for name in columns:
        column = COLUMNS[name]
        look = "num" if "num" in column.look else ""
        heads.append(_head(query, order, str(column.label), column.order, look))
    return heads


def _head(query: QueryDict, order: str, label: str, sorts: str, look: str = "") -> Head:
    if not sorts:
        return Head(label, "", "", look)
    # What is newest is wanted first, else the beginning of the order.
    first, second = (f"-{sorts}", sorts) if sorts in ("date", "year", "registered") else (sorts, f"-{sorts}")
    target = second if order == first else first
    state = {sorts: "ascending", f"-{sorts}": "descending"}.get(order, "")
    return Head(label, _address(query, {"order": "" if target == "code" else target}), state, look)


def _cells(item: Item, columns: Sequence[str]) -> list[tuple[str, str, str]]:
    """Name, text and look of the cells of a row."""
    return [(name, COLUMNS[name].text(item), COLUMNS[name].look) for name in columns]


def _facet(query: QueryDict, name: str, counted: list[FacetCount], chosen: str) -> FacetView:
    values = []
    for one in counted:
        key = one.value or WITHOUT
        here = key == chosen
        values.append((value_label(name, one.value), one.count, _address(query, {name: "" if here else key}), here))
    values.sort(key=lambda one: not one[3])  # the chosen one stays in sight
    return FacetView(name, str(FILTER_LABELS[name]), values[:SHOWN_AT_ONCE], values[SHOWN_AT_ONCE:])


def _view_address(one: TableView) -> str:
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in one.filters.items() if name in FILTERS})
    if one.order != "code":
        query["order"] = one.order
    query["columns"] = ",".join(name for name in one.columns if name in COLUMNS)
    query["view"] = str(one.pk)
    return "?" + query.urlencode()


def _address(query: QueryDict, changes: Mapping[str, str]) -> str:
    """The present address with some parameters changed; another place, order or filter begins at the first page."""
    changed = query.copy()
    for name in ("after", "before", "page", *changes):
        changed.pop(name, None)
    for name, value in changes.items():
        if value:
            changed[name] = value
    return "?" + changed.urlencode()
