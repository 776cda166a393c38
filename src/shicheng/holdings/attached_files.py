"""Files given to an item after it was registered."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Sum

from shicheng.holdings import policies
from shicheng.holdings.models import File, FileText, Item
from shicheng.holdings.types import NewFile
from shicheng.kernel.identifiers import derived_id
from shicheng.people.policies import require
from shicheng.people.types import Actor


def add_files(*, actor: Actor, item_id: UUID, files: Sequence[NewFile]) -> int:
    """Write the rows of files that are durable in the item's object; those there already are left alone.

    To be called inside `atomic()`. Returns how many rows were new. The audit entry is the caller's.
    """
    item = Item.objects.select_for_update(of=("self",)).select_related("fonds").get(pk=item_id)
    require(actor, policies.REGISTER, fonds=item.fonds.code)
    there = set(File.objects.filter(item=item).values_list("logical_path", flat=True))
    fresh = [each for each in files if each.logical_path not in there]
    rows = [
        File(
            # The same file of the same item has the same id whenever the database is made anew.
            id=derived_id("file", str(item_id), each.logical_path),
            item=item,
            order=each.order,
            draft_state=each.draft_state,
            name=each.name,
            raw_name=each.raw_name,
            logical_path=each.logical_path,
            size=each.size,
            sha512=each.sha512,
            sha256=each.sha256,
            sm3=each.sm3,
            puid=each.puid,
            format_name=each.format_name[:200],
            mime=each.mime,
            pages=each.pages,
            encoding=each.encoding,
            technical=each.technical,
        )
        for each in fresh
    ]
    File.objects.bulk_create(rows)
    FileText.objects.bulk_create(
        FileText(file=row, zipped=zlib.compress(each.text.encode("utf-8", "replace"), 1), characters=len(each.text))
        for row, each in zip(rows, fresh, strict=True)
        if each.text
    )
    sums = File.objects.filter(item=item).aggregate(count=Count("id"), size=Sum("size"))
    item.files_count, item.bytes = sums["count"], sums["size"] or 0
    item.save(update_fields=["files_count", "bytes"])
    return len(rows)
