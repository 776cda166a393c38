"""What an actor may see, as a part of every query."""

from __future__ import annotations

from dataclasses import dataclass

import tantivy
from tantivy import Occur, Query

from shicheng.holdings import policies as holdings
from shicheng.holdings.types import Openness, Secrecy
from shicheng.kernel.secrecy import levels_up_to
from shicheng.people import policies as people
from shicheng.people.types import Actor, Place, Reach
from shicheng.search.schema import EVERYONE, schema


@dataclass(frozen=True, slots=True)
class VisibleScope:
    """The items an actor may see: all, those their grants reach, those open to everyone, or none.

    It says the same as `holdings.policies.visible`, and a test holds them together.
    """

    all: bool = False
    reaches: tuple[Reach, ...] = ()
    open: bool = False

    @classmethod
    def of(cls, actor: Actor) -> VisibleScope:
        """The scope of an actor."""
        reaches = people.reach(actor, holdings.READ)
        if reaches == people.EVERYTHING:
            return cls(all=True)
        return cls(reaches=reaches, open=bool(reaches) or people.allows(actor, holdings.READ_OPEN))

    def shows(self, place: Place, *, openness: str) -> bool:
        """Tell whether an item at this place may be seen."""
        return (
            self.all
            or (self.open and openness == Openness.OPEN and place.secrecy == Secrecy.PUBLIC)
            or any(one.holds(place) for one in self.reaches)
        )

    def query(self) -> Query | None:
        """The condition for the index; None if everything may be seen."""
        if self.all:
            return None
        parts = [_reached(one) for one in self.reaches]
        if self.open:
            parts.append(_term("shown", EVERYONE))
        return _any(parts)


def _reached(one: Reach) -> Query:
    limits = []
    if one.fonds is not None:
        limits.append(_any([_term("f_fonds", code) for code in sorted(one.fonds)]))
    if one.category:
        limits.append(_term("f_category", one.category))
    if one.unit:
        limits.append(_term("f_department", one.unit))
    if one.year_from is not None or one.year_to is not None:
        kind = tantivy.FieldType.Integer
        limits.append(Query.range_query(schema(), "year", kind, one.year_from, one.year_to))
    if one.ceiling:
        limits.append(_any([_term("f_secrecy", level) for level in levels_up_to(one.ceiling)]))
    if not limits:
        return Query.all_query()
    return limits[0] if len(limits) == 1 else Query.boolean_query([(Occur.Must, limit) for limit in limits])


def _term(field: str, value: str) -> Query:
    return Query.term_query(schema(), field, value, "basic")


def _any(parts: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, part) for part in parts]) if parts else Query.empty_query()
