"""What a person set by hand stays when a catalogue comes again, element by element."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shicheng.audit import selectors as audit
from shicheng.base.db import chunked
from shicheng.holdings import events
from shicheng.holdings.models import HandSet, Item
from shicheng.schemes.fields import ADDED


def hand_sets(items: Iterable[Item]) -> dict[UUID, HandSet]:
    """What persons set by hand in those of the items they edited."""
    found: dict[UUID, HandSet] = {}
    for part in chunked([item.pk for item in items if item.version > 1], 900):
        found.update(HandSet.objects.in_bulk(part))
    return found


@dataclass(frozen=True, slots=True)
class Parted:
    """The values a catalogue brings: what may come in, and what differs from what was set by hand and stays out."""

    elements: dict[str, str]
    extra: dict[str, str]
    offered: dict[str, str]


def without_hand_set(
    elements: Mapping[str, str], extra: dict[str, str], item: Item, hand: HandSet, at: datetime.datetime | None
) -> Parted:
    """Part the values a catalogue brings for an item that a person edited.

    A catalogue that arrived before the last edit (`at`) changes nothing in the item at all: whoever edited it
    knew better than the older list.
    """
    is_older = at is not None and at <= hand.edited
    kept = set(elements) if is_older else set(hand.elements) & set(elements)
    added = set(extra) if is_older else {name for name in extra if f"{ADDED}{name}" in hand.elements}
    offered = {
        name: elements[name] for name in sorted(kept - {"row_number"}) if elements[name] != item.elements.get(name)
    }
    offered |= {
        f"{ADDED}{name}": extra[name]
        for name in sorted(added)
        if f"{ADDED}{name}" in hand.elements and extra[name] != item.extra.get(name)
    }
    return Parted(
        {name: text for name, text in elements.items() if name not in kept},
        {name: text for name, text in extra.items() if name not in added},
        offered,
    )


def edited_next(items: Sequence[Item]) -> set[UUID]:
    """Those of the items whose next version was made by a person, as the log tells it.

    For making the database anew: an import and an edit may have met, and only the log knows which came first.
    """
    versions = {str(item.pk): item.version for item in items}
    found: set[UUID] = set()
    for part in chunked(list(versions), 900):
        told = audit.entries_about("item", part, events.ITEM_EDITED)
        found.update(UUID(one.subject_id) for one in told if one.details.get("version") == versions[one.subject_id] + 1)
    return found
