"""Changes of many descriptions at once: rows alone; the store holds them in the object of the set they belong to.

A set of changes is one object with a line for each item. A line says the version it was made on; it is carried out
only while the item has that version, so that nothing is overwritten that nobody saw.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from shicheng.base.bulk_rows import forms, insert_rows, update_rows
from shicheng.base.db import chunked
from shicheng.holdings import policies
from shicheng.holdings.cataloguing import MADE_CODE, row_id
from shicheng.holdings.describing import DRAWN_FROM, draw_columns
from shicheng.holdings.drawn_rows import DRAWN, drawn_values
from shicheng.holdings.models import BegunEdit, Fonds, HandSet, Item, ItemVersion
from shicheng.kernel.identifiers import derived_id
from shicheng.kernel.plain_json import encode_json
from shicheng.people.policies import require
from shicheng.people.types import Actor

_IN: Final = 900  # values in one query
_VERSION: Final = ("id", "item_id", "version", "elements", "extra", "at", "by", "reason")


@dataclass(frozen=True, slots=True)
class Change:
    """What one line of a set changes in one item."""

    row: int  # place in the set
    item_id: UUID
    base: int  # the version it was made on; it makes the one after
    elements: dict[str, str]  # the description as it becomes
    extra: dict[str, str]  # and what no norm of elements knows
    changed: dict[str, tuple[str, str]]  # element -> what it was, what it becomes


@dataclass(slots=True)
class Changed:
    """What became of changes: items that got their new version, and rows left alone because the item moved on."""

    done: list[tuple[Change, Item]] = field(default_factory=list)  # with the item as it was
    left: list[Change] = field(default_factory=list)


def change_items(
    *, actor: Actor, origin: UUID, changes: Sequence[Change], at: datetime.datetime, by: str, reason: str
) -> Changed:
    """Carry out changes of a set that is durable in the store. To be called inside `atomic()`.

    `origin` is the id of the set, `at` its moment. A line whose item has another version than it was made on, is on
    its way through an edit, or is gone, is left. Safe to run twice: a line that was carried out is left the second
    time. Reference codes are not changed here. Audit entries are the caller's.
    """
    result, kept = Changed(), dict[UUID, Item]()
    begun: set[UUID] = set()
    for part in chunked([one.item_id for one in changes], _IN):
        rows = Item.objects.select_for_update(of=("self",)).filter(pk__in=part).defer("process").order_by("pk")
        kept.update({item.pk: item for item in with_fonds(list(rows))})
        begun.update(BegunEdit.objects.filter(pk__in=part).values_list("pk", flat=True))
    for place in {policies.place_of(item) for item in kept.values()}:
        require(actor, policies.EDIT, place=place)
    for change in changes:
        item = kept.get(change.item_id)
        if item is None or item.version != change.base or item.pk in begun:
            result.left.append(change)
        else:
            result.done.append((change, item))
    _write_versions(origin, result.done, at, by, reason)
    _write_items(result.done)
    _write_hand_sets(result.done, at)
    return result


def with_fonds(items: list[Item]) -> list[Item]:
    """The items with their fonds at hand: few, and so read by themselves."""
    known = Fonds.objects.in_bulk({item.fonds_id for item in items})
    for item in items:
        item.fonds = known[item.fonds_id]
    return items


def _write_versions(
    origin: UUID, done: Iterable[tuple[Change, Item]], at: datetime.datetime, by: str, reason: str
) -> None:
    listed = list(done)
    there: set[UUID] = set()  # items whose present version has a row; a catalogue's that never changed has none
    for part in chunked([item.pk for _change, item in listed if item.version == 1], _IN):
        there.update(ItemVersion.objects.filter(item_id__in=part, version=1).values_list("item_id", flat=True))
    form = forms()
    moment = form.moment(at)
    rows: list[tuple[Any, ...]] = []
    for change, item in listed:
        if item.version == 1 and item.pk not in there:
            rows.append((
                form.id(derived_id("version", str(item.pk), 1)), form.id(item.pk), 1, encode_json(item.elements),
                encode_json(item.extra), form.moment(item.registered), "", item.transfer,
            ))  # fmt: skip
        rows.append((
            form.id(row_id(origin, change.row)), form.id(item.pk), change.base + 1, encode_json(change.elements),
            encode_json(change.extra), moment, by[:200], reason,
        ))  # fmt: skip
    insert_rows(ItemVersion, _VERSION, rows)


def _write_items(done: Iterable[tuple[Change, Item]]) -> None:
    """Write descriptions, and of what is drawn from them what becomes another.

    A statement that names a column costs an entry of every index that has it, changed or not.
    """
    form = forms()
    rows: dict[tuple[int, ...], list[tuple[Any, ...]]] = {}  # by the places of the columns that change
    for change, item in done:
        places: tuple[int, ...] = ()
        values: tuple[Any, ...] = ()
        if not DRAWN_FROM.isdisjoint(change.changed):
            made = MADE_CODE in item.reference_code and "reference_code" not in change.elements
            drawn = draw_columns(item.reference_code, change.elements, sort=item.code_sort if made else "")
            places = tuple(place for place, name in enumerate(DRAWN) if getattr(drawn, name) != getattr(item, name))
            if places:
                whole = drawn_values(drawn, form)
                values = tuple(whole[place] for place in places)
        rows.setdefault(places, []).append(
            (*values, encode_json(change.elements), encode_json(change.extra), change.base + 1, form.id(item.pk))
        )
    for places, some in rows.items():
        update_rows(Item, (*(DRAWN[place] for place in places), "elements", "extra", "version"), some)


def _write_hand_sets(done: Sequence[tuple[Change, Item]], at: datetime.datetime) -> None:
    form = forms()
    moment = form.moment(at)
    known: dict[UUID, list[str]] = {}
    for part in chunked([item.pk for _change, item in done], _IN):
        known.update(HandSet.objects.filter(pk__in=part).values_list("pk", "elements"))
    new, old = [], []
    for change, item in done:
        hand = known.get(item.pk)
        if hand is None:
            new.append((form.id(item.pk), encode_json(sorted(change.changed)), moment))
        else:
            old.append((encode_json(sorted({*hand, *change.changed})), moment, form.id(item.pk)))
    insert_rows(HandSet, ("item_id", "elements", "edited"), new)
    update_rows(HandSet, ("elements", "edited"), old)
