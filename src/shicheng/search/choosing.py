"""The records of a selection, as far as the actor may see them, part by part."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from shicheng.holdings import selectors as holdings
from shicheng.holdings.models import Item
from shicheng.holdings.policies import place_of
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor
from shicheng.search.scope import VisibleScope
from shicheng.search.selections import MOST_IDS, Selection
from shicheng.search.services import find, find_ids

_PART: Final = 200


class Chosen:
    """The records of a selection: how many, and the records themselves, as often as they are asked for."""

    def __init__(self, actor: Actor, selection: Selection, index_path: Path) -> None:
        """Ask the index once where it is needed; raises `IndexUnusable` if it can't be read then."""
        self._actor = actor
        self._selection = selection
        self._ids: Sequence[UUID] | None = None
        if selection.ids:
            named = list(selection.ids[:MOST_IDS])
            found = holdings.select(actor, {}).filter(pk__in=named).order_by("code_sort")
            self._ids = list(found.values_list("pk", flat=True))
        elif selection.needs_index:
            self._ids = find_ids(actor, selection.query or "*", index_path=index_path, narrowing=selection.narrowing)
        self.total = len(self._ids) if self._ids is not None else self._count()

    def ids(self, *, most: int | None = None) -> list[UUID]:
        """The ids of the records in the order of the selection, at most so many of them."""
        if self._ids is not None:
            return list(self._ids[:most])
        return list(
            itertools.islice(holdings.walk_ids(self._actor, self._selection.filters, order=self._selection.order), most)
        )

    def parts(self) -> Iterator[list[Item]]:
        """The records with their files, in the order of the selection."""
        if self._ids is None:
            yield from holdings.walk(self._actor, self._selection.filters, order=self._selection.order, part=_PART)
            return
        scope = VisibleScope.of(self._actor)
        for start in range(0, len(self._ids), _PART):
            part = self._ids[start : start + _PART]
            # Asked for by key alone and looked at once more, as the search does it.
            found = {one.pk: one for one in holdings.items(SYSTEM).filter(pk__in=part).prefetch_related("files")}
            yield [
                one for key in part
                if (one := found.get(key)) is not None
                and scope.shows(place_of(one), openness=one.openness)
            ]  # fmt: skip

    def _count(self) -> int:
        filters = self._selection.filters
        return holdings.count(holdings.select(self._actor, filters), self._actor, filters).items


def count(actor: Actor, selection: Selection, index_path: Path) -> holdings.Number:
    """How many records a selection has, without reading them."""
    if selection.ids:
        named = list(selection.ids[:MOST_IDS])
        return holdings.Number(holdings.select(actor, {}).filter(pk__in=named).count())
    if selection.needs_index:
        narrowing = selection.narrowing
        found = find(actor, selection.query or "*", index_path=index_path, limit=0, narrowing=narrowing)
        return holdings.Number(found.total)
    return holdings.count(holdings.select(actor, selection.filters), actor, selection.filters)
