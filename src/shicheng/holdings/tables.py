"""The table of items: any order, page by page from a place in it, as quick on the last page as on the first."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Func, QuerySet, TextField

from shicheng.holdings import policies
from shicheng.holdings.models import TITLE_KEY, Item
from shicheng.holdings.narrowing import COUNTED, Unindexed, narrow
from shicheng.people.types import Actor

PAGE: Final = 50
MANY: Final = 2000  # items, from which on sorting them all for one page costs more than looking for fifty of them
_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "code": ("code_sort", "id"),
    "title": ("title_key", "id"),
    "date": ("date_from", "id"),
    "year": ("year", "code_sort"),
    "registered": ("registered", "id"),
}
"""Columns of each order, as an index has them; the last makes it unambiguous, as far as codes are."""
_NULLABLE: Final = ("date_from", "year")  # items without one come last in either direction
ORDERS: Final = tuple(f"{sign}{name}" for name in _KEYS for sign in ("", "-"))


class _Beginning(Func):
    """The beginning of a title as the index has it, its length written out: SQLite can't know a bound 60 for that."""

    template = f"LEFT(%(expressions)s, {TITLE_KEY})"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        """As the index has it on SQLite."""
        return self.as_sql(compiler, connection, template=f"SUBSTR(%(expressions)s, 1, {TITLE_KEY})")


@dataclass(frozen=True, slots=True)
class ItemTable:
    """One page of the table. `before` and `after` are the places its neighbours begin at, "" where there is none."""

    rows: list[Item]
    before: str
    after: str


def select(actor: Actor, filters: Mapping[str, str]) -> QuerySet[Item]:
    """The items of a table, in no order."""
    return narrow(policies.visible(actor), filters).order_by()


def read_table(
    actor: Actor, filters: Mapping[str, str], *, order: str = "code", after: str = "", before: str = "",
    limit: int = PAGE, expected: int | None = None,
) -> ItemTable:  # fmt: skip
    """Read the page that begins after a place, or ends before one; without either, the first page.

    A place is what an earlier page gave; it stays right while items come, go and change. One that can't be read is
    taken for none. `expected` is how many items the filters leave, as far as it is known: of many, a page is found
    soonest in the order of the list, of few by what they are narrowed by.
    """
    name, down = _order(order)
    many = expected is not None and expected > MANY
    # In the order of codes the index of a fonds serves both, and so does that of a year.
    both = name in ("code", "year") and bool(filters.get("fonds") or filters.get("year"))
    # So do those of a year and a fonds in the order of dates, where what is looked for may lie at the far end.
    guide = next((key for key in ("year", "fonds") if name == "date" and filters.get(key)), "")
    found = narrow(policies.visible(actor), filters, by_index=both or not many, guide=guide).order_by()
    few = expected is not None and not many and any(filters.get(key) for key in COUNTED)
    place = _read_place(name, before or after)
    backward = bool(before) and place is not None
    rows = _take(found, name, down, place, backward=backward, limit=limit + 1, sort_last=few)
    more = len(rows) > limit
    rows = rows[:limit]
    if backward:
        rows.reverse()
    first, last = (_write_place(name, rows[0]), _write_place(name, rows[-1])) if rows else ("", "")
    has_before = more if backward else place is not None
    has_after = True if backward else more
    return ItemTable(rows, first if has_before else "", last if has_after else "")


def walk(actor: Actor, filters: Mapping[str, str], *, order: str = "code", part: int = 500) -> Iterator[list[Item]]:
    """Every item of a table in its order, whole and with its files, in parts; each part is a query of its own."""
    name, down = _order(order)
    found, place = select(actor, filters).prefetch_related("files"), None
    while rows := _take(found, name, down, place, backward=False, limit=part, whole=True):
        yield rows
        place = _place_of(name, rows[-1])


def walk_ids(actor: Actor, filters: Mapping[str, str], *, order: str = "code") -> Iterator[UUID]:
    """The id of every item of a table in its order, read at once: as they were at one moment."""
    name, down = _order(order)
    found = select(actor, filters)
    if name == "title":
        found = found.annotate(title_key=_Beginning("title"))
    keys = [
        (F(key).desc(nulls_last=True) if down else F(key).asc(nulls_last=True)) if key in _NULLABLE
        else f"{'-' if down else ''}{key}"
        for key in _KEYS[name]
    ]  # fmt: skip
    yield from found.order_by(*keys).values_list("pk", flat=True).iterator(chunk_size=5000)


def _order(order: str) -> tuple[str, bool]:
    known = order if order in ORDERS else "code"
    return known.removeprefix("-"), known.startswith("-")


def _take(
    found: QuerySet[Item], name: str, down: bool, place: Sequence[Any] | None, *, backward: bool, limit: int,
    whole: bool = False, sort_last: bool = False,
) -> list[Item]:  # fmt: skip
    """Rows from a place on. Each range is one stretch of the index, so that no row before it is read.

    `sort_last` keeps the database from reading in the order of the list: all that is left is sorted then.
    """
    keys = _KEYS[name]
    # Not joined: a database may then begin with the few fonds and sort all items.
    found = found.prefetch_related("fonds")
    if not whole:
        found = found.defer("elements", "extra", "process")
    if name == "title":
        found = found.annotate(title_key=_Beginning("title"))
    columns = {key: f"by_{key}" if sort_last and key != "id" else key for key in keys}
    if sort_last:
        found = found.alias(**{columns[key]: Unindexed(key) for key in keys if key != "id"})
    sign = "-" if down != backward else ""
    rows: list[Item] = []
    for fixed, conditions in _ranges(keys, down, place, backward=backward):
        part = found.filter(**{_renamed(columns, key): value for key, value in conditions.items()})
        # A key that is the same in the whole range is left out, or it would be sorted by.
        rows += part.order_by(*(f"{sign}{columns[key]}" for key in keys[fixed:]))[: limit - len(rows)]
        if len(rows) >= limit:
            break
    return rows


def _renamed(columns: Mapping[str, str], condition: str) -> str:
    key, lookup, rest = condition.partition("__")
    return f"{columns[key]}{lookup}{rest}"


def _ranges(
    keys: Sequence[str], down: bool, place: Sequence[Any] | None, *, backward: bool
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The ranges that follow each other from a place on: how many keys are the same in it, and its conditions.

    Items without a value are a range of their own.

    Rows of an index of (year, code) after (2016, "b") are those of 2016 with a code after "b", then those of later
    years. Written as one condition, databases read 2016 from its beginning.
    """
    head = keys[0]
    compare = "gt" if down == backward else "lt"
    has_none = head in _NULLABLE
    with_value = {f"{head}__isnull": False} if has_none else {}
    without = {f"{head}__isnull": True}
    if place is None:
        yield 0, with_value
        if has_none:
            yield 1, without
        return
    for depth in range(len(keys) - 1, 0, -1):
        same = {
            (key if value is not None else f"{key}__isnull"): (value if value is not None else True)
            for key, value in zip(keys[:depth], place, strict=False)
        }
        yield depth, {**same, f"{keys[depth]}__{compare}": place[depth]}
    if place[0] is not None:
        yield 0, {f"{head}__{compare}": place[0]}
        if has_none and not backward:
            yield 1, without
    elif backward:
        yield 0, with_value


def _place_of(name: str, row: Item) -> list[Any]:
    return [getattr(row, key) for key in _KEYS[name]]


def _write_place(name: str, row: Item) -> str:
    parts = []
    for value in _place_of(name, row):
        text = "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
        parts.append(text.replace("~", "~~").replace("|", "~."))
    return "|".join(parts)


def _read_place(name: str, text: str) -> list[Any] | None:
    parts = [part.replace("~.", "|").replace("~~", "~") for part in text.split("|")] if text else []
    if len(parts) != len(_KEYS[name]) or "\x00" in text:
        return None
    try:
        return [_read_value(key, part) for key, part in zip(_KEYS[name], parts, strict=True)]
    except ValueError:
        return None


def _read_value(key: str, text: str) -> Any:
    if key in _NULLABLE and not text:
        return None
    match key:
        case "id":
            return UUID(text)
        case "date_from":
            return datetime.date.fromisoformat(text)
        case "registered":
            moment = datetime.datetime.fromisoformat(text)
            if moment.tzinfo is None:
                raise ValueError("a moment without its zone")
            return moment
        case "year":
            if not text.isdecimal() or len(text) > 4:
                raise ValueError("no year")
            return int(text)
    return text
