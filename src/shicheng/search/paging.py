"""One page of hits in an order that stays the same from page to page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, overload
from uuid import UUID

import tantivy
from tantivy import Occur, Order

from shicheng.search.schema import PLACES, schema

_ORDERS: Final = {
    "code": ("by_code", Order.Asc),
    "-code": ("by_code", Order.Desc),
    "date": ("by_date", Order.Asc),
    "-date": ("by_date", Order.Desc),
    "title": ("by_title", Order.Asc),
}
_SPARE: Final = 64
_PART: Final = 50_000  # hits taken over at once


@dataclass(frozen=True, slots=True)
class Page:
    """Ids and scores of the hits of a page, and how many hits there are in all."""

    total: int
    hits: list[tuple[UUID, float]]


def read_page(
    searcher: tantivy.Searcher, query: tantivy.Query, *, sort: str, limit: int, offset: int, scored: bool
) -> Page:
    """Read a page. Equally good hits come in the order of their codes; `scored` tells whether any is better."""
    # The library makes room for as many hits as it is asked for, whether there are any or not.
    limit = min(limit, searcher.num_docs - offset)
    if limit <= 0:
        return Page(_count(searcher.search(query, 1)), [])
    if sort == "relevance" and scored:
        return _by_relevance(searcher, query, limit, offset)
    field, order = _ORDERS["code" if sort == "relevance" else sort]
    found = searcher.search(query, limit, order_by_field=field, offset=offset, order=order)
    total = _count(found)
    addresses = [address for key, address in found.hits if key is not None]
    if missing := len(found.hits) - len(addresses):  # no date: last in either order, there by code
        addresses += _undated(searcher, query, missing, offset + len(addresses), total)
    return Page(total, [(one, 0.0) for one in _ids(searcher, addresses)])


def _undated(searcher: tantivy.Searcher, query: tantivy.Query, limit: int, place: int, total: int) -> list[Any]:
    """Hits without a date in the order of codes, `place` being that of the first one among all hits."""
    dated = tantivy.Query.range_query(schema(), "date_from", tantivy.FieldType.Integer, 0, None)
    undated = tantivy.Query.boolean_query([(Occur.Must, query), (Occur.MustNot, dated)])
    first = _count(searcher.search(undated, 1))
    found = searcher.search(undated, limit, order_by_field="by_code", offset=place - (total - first), order=Order.Asc)
    return [address for _key, address in found.hits]


def _by_relevance(searcher: tantivy.Searcher, query: tantivy.Query, limit: int, offset: int) -> Page:
    wanted = offset + limit
    reach = min(wanted + _SPARE, searcher.num_docs)
    while True:
        found = searcher.search(query, reach)
        hits, total = found.hits, _count(found)
        # All hits as good as the last one wanted must be there before they can be put in order.
        if len(hits) >= total or len(hits) <= wanted or hits[-1][0] < hits[wanted - 1][0]:
            break
        reach = min(total, reach * 8)
    if offset >= len(hits):
        return Page(total, [])
    first_score, last_score = hits[offset][0], hits[min(wanted, len(hits)) - 1][0]
    begin, end = offset, min(wanted, len(hits))
    while begin > 0 and hits[begin - 1][0] == first_score:
        begin -= 1
    while end < len(hits) and hits[end][0] == last_score:
        end += 1
    among = hits[begin:end]
    addresses = [address for _score, address in among]
    columns = [searcher.fast_field_values(f"place_{number}", addresses) for number in range(PLACES)]
    ids = _ids(searcher, addresses)
    ordered = sorted(zip((-float(score) for score, _address in among), *columns, ids, strict=True))[
        offset - begin : offset - begin + limit
    ]
    return Page(total, [(row[-1], -row[0]) for row in ordered])


class Ids(Sequence[UUID]):
    """Many ids in little room: those of millions of hits are held while a job works through them."""

    def __init__(self, packed: bytes) -> None:
        """Take 16 bytes for each id."""
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed) // 16

    @overload
    def __getitem__(self, place: int) -> UUID: ...
    @overload
    def __getitem__(self, place: slice) -> list[UUID]: ...
    def __getitem__(self, place: int | slice) -> UUID | list[UUID]:
        """One id, or a list of some."""
        if isinstance(place, slice):
            return [self._at(one) for one in range(*place.indices(len(self)))]
        return self._at(range(len(self))[place])

    def _at(self, place: int) -> UUID:
        return UUID(bytes=self._packed[16 * place : 16 * place + 16])


def all_ids(searcher: tantivy.Searcher, query: tantivy.Query) -> Ids:
    """The ids of all hits in the order of their codes."""
    total = _count(searcher.search(query, 1))
    packed = bytearray()
    for offset in range(0, total, _PART):
        found = searcher.search(
            query, min(_PART, total - offset), order_by_field="by_code", order=Order.Asc, offset=offset
        )
        packed += b"".join([one.bytes for one in _ids(searcher, [address for _key, address in found.hits])])
    return Ids(bytes(packed))


def _ids(searcher: tantivy.Searcher, addresses: list[Any]) -> list[UUID]:
    high = searcher.fast_field_values("id_high", addresses)
    low = searcher.fast_field_values("id_low", addresses)
    return [UUID(int=int(first or 0) << 64 | int(second or 0)) for first, second in zip(high, low, strict=True)]


def _count(found: Any) -> int:
    return int(found.count)
