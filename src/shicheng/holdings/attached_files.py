"""Files given to an item after it was registered."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Sum

from shicheng.holdings import policies
from shicheng.holdings.file_rows import write_file_rows
from shicheng.holdings.models import File, Item
from shicheng.holdings.types import NewFile
from shicheng.people.policies import require
from shicheng.people.types import Actor


def add_files(*, actor: Actor, item_id: UUID, files: Sequence[NewFile]) -> int:
    """Write the rows of files that are durable in the item's object; those there already are left alone.

    To be called inside `atomic()`. Returns how many rows were new. The audit entry is the caller's.
    """
    item = Item.objects.select_for_update(of=("self",)).select_related("fonds").get(pk=item_id)
    require(actor, policies.REGISTER, place=policies.place_of(item))
    there = set(File.objects.filter(item=item).values_list("logical_path", flat=True))
    fresh = [each for each in files if each.logical_path not in there]
    rows = write_file_rows([(item_id, fresh)])
    sums = File.objects.filter(item=item).aggregate(count=Count("id"), size=Sum("size"))
    item.files_count, item.bytes = sums["count"], sums["size"] or 0
    item.save(update_fields=["files_count", "bytes"])
    return rows
