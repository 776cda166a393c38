"""The rows of an item's history, as an edit or the making anew from the store writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from shicheng.holdings.describing import draw_columns
from shicheng.holdings.drawn_rows import DRAWN
from shicheng.holdings.models import FormerCode, HandSet, Item, ItemVersion
from shicheng.holdings.types import NewItem, Past, PastVersion


def write_past(item_id: UUID, past: Past) -> None:
    """Write the rows of an item's history that are missing. To be called inside `atomic()`, before the item changes."""
    there = set(ItemVersion.objects.filter(item_id=item_id).values_list("version", flat=True))
    ItemVersion.objects.bulk_create(
        ItemVersion(
            id=one.id, item_id=item_id, version=one.version, elements=one.elements, extra=one.extra, at=one.at,
            by=one.by, reason=one.reason,
        )
        for one in past.versions
        if one.version not in there
    )  # fmt: skip
    HandSet.objects.update_or_create(pk=item_id, defaults={"elements": list(past.by_hand), "edited": past.edited})
    FormerCode.objects.bulk_create(
        [FormerCode(code=code, item_id=item_id) for code in past.former_codes], ignore_conflicts=True
    )


def read_past_rows(item: Item) -> Past | None:
    """The history of an item as its rows tell it, for its object; None if nobody changed it by hand."""
    hand = HandSet.objects.filter(pk=item.pk).first()
    if hand is None:
        return None
    versions = [
        PastVersion(one.pk, one.version, one.at, one.by, one.reason, one.elements, one.extra)
        for one in ItemVersion.objects.filter(item=item).order_by("version")
    ]
    return Past(
        versions=tuple(versions),
        edited=hand.edited,
        by_hand=tuple(sorted(hand.elements)),
        former_codes=tuple(sorted(item.former_codes.values_list("code", flat=True))),
        code_sort=item.code_sort,
        source_key=item.source_key or "",
    )


def change_item(item_id: UUID, ref: str, elements: Mapping[str, str], extra: Mapping[str, str], past: Past) -> None:
    """Let an item's row say what the newest version of its history says. To be called inside `atomic()`."""
    drawn = draw_columns(ref, dict(elements))
    FormerCode.objects.filter(code=ref, item_id=item_id).delete()
    values: dict[str, Any] = {name: getattr(drawn, name) for name in DRAWN}
    Item.objects.filter(pk=item_id).update(
        **values, reference_code=ref, code_sort=past.code_sort, elements=dict(elements), extra=dict(extra),
        version=past.versions[-1].version,
    )  # fmt: skip


def restore_edits(new_items: Iterable[NewItem]) -> int:
    """Bring items whose objects tell of later edits than their rows up to date; returns how many.

    To be called inside `atomic()`. For making the database anew: it may come from a backup older than the store.
    """
    edited = {one.id: (one, one.past) for one in new_items if one.past is not None}
    behind = 0
    for item_id, version in Item.objects.filter(pk__in=list(edited)).values_list("pk", "version"):
        one, past = edited[item_id]
        if version < past.versions[-1].version:
            write_past(item_id, past)
            change_item(item_id, one.ref, one.elements, one.extra, past)
            behind += 1
    return behind
