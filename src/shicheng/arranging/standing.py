"""What became of documents that came under a key, and leaving them out again, for rooms beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from shicheng.arranging import forming
from shicheng.arranging.models import Batch, PoolFile, PoolItem
from shicheng.ingest.pool_watch import Key, PoolItemNow, PoolStanding
from shicheng.people.types import Actor


def standings(keys: Sequence[Key]) -> dict[Key, PoolStanding]:
    """Where the files that came under each key are now; whoever asks has made sure who reads it."""
    wanted = Q(pk__in=[])
    for fonds in {fonds for fonds, _key in keys}:
        wanted |= Q(fonds__code=fonds, key__in=[key for code, key in keys if code == fonds])
    rows = Batch.objects.filter(wanted).values_list("pk", "fonds__code", "key")
    batches = {pk: (code, key) for pk, code, key in rows}
    items: dict[Key, dict[UUID, PoolItem]] = {key: {} for key in batches.values()}
    loose, left_out = dict.fromkeys(items, 0), dict.fromkeys(items, 0)
    for file in PoolFile.objects.filter(batch__in=list(batches)).select_related("item").defer("text"):
        key = batches[file.batch_id]
        if file.item is not None:
            items[key][file.item.pk] = file.item
        elif file.is_left_out:
            left_out[key] += 1
        else:
            loose[key] += 1
    return {
        key: PoolStanding(
            tuple(
                PoolItemNow(one.pk, one.state, one.reference_code or "", one.held_item, one.returned)
                for one in inside.values()
            ),
            loose[key], left_out[key],
        )
        for key, inside in items.items()
    }  # fmt: skip


def set_aside(*, actor: Actor, fonds: str, key: str, reason: str) -> bool:
    """Take the files that came under a key out of their items and leave them out of filing. Safe to run twice.

    Returns False, and changes nothing, where one of them is in an item that has a number, is filed, or holds files
    that came otherwise: somebody decided on that, and it stays.
    """
    files = list(PoolFile.objects.filter(batch__fonds__code=fonds, batch__key=key).select_related("item").defer("text"))
    homes = {file.item.pk: file.item for file in files if file.item is not None}
    if any(one.state != "open" or one.reference_code for one in homes.values()):
        return False
    if PoolFile.objects.filter(item__in=list(homes)).exclude(pk__in=[file.pk for file in files]).exists():
        return False
    inside = [file.pk for file in files if file.item is not None]
    if inside:
        forming.loosen(actor=actor, files=inside)
    out = [file.pk for file in files if not file.is_left_out]
    if out:
        forming.leave_out(actor=actor, files=out, reason=reason)
    return True
