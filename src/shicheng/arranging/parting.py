"""Looking at the loose files of a pool part by part, so that fifty thousand take no more memory than two hundred."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from shicheng.arranging import selectors
from shicheng.arranging.clusters import Clustered, cut_into_parts, find_clusters
from shicheng.arranging.models import Batch, PoolFile
from shicheng.arranging.types import LooseFile
from shicheng.people.types import Actor

PART: Final = 200  # files shown, and looked at for proposals, together
_READ: Final = 500  # rows read from the database together


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the loose files of a pool, numbered from 1."""

    number: int
    parts: int
    files: int  # loose files of the whole pool
    rows: list[PoolFile]

    @property
    def before(self) -> int:
        """Number of the part before it."""
        return self.number - 1

    @property
    def after(self) -> int:
        """Number of the part behind it."""
        return self.number + 1


def part_of(actor: Actor, fonds: str, year: int, wanted: int = 1) -> Part:
    """Loose files of one part, with their texts; the last part there is where fewer are wanted than asked for."""
    cuts = list(_cuts(actor, fonds, year))
    number = min(max(wanted, 1), max(len(cuts), 1))
    start, size = cuts[number - 1] if cuts else (0, 0)
    rows = list(_in_order(actor, fonds, year)[start : start + size])
    return Part(number, max(len(cuts), 1), sum(size for _start, size in cuts), rows)


def keys_of_parts(actor: Actor, fonds: str, year: int) -> list[list[UUID]]:
    """The ids of all loose files, part by part: what is worked off while parts change their places."""
    keys = list(_in_order(actor, fonds, year).values_list("pk", flat=True).iterator(chunk_size=2000))
    return [keys[start : start + size] for start, size in _cuts(actor, fonds, year)]


def cluster_files(batch: Batch, rows: Sequence[PoolFile]) -> list[PoolFile]:
    """Say of new files, and of those of the same pool, which may belong together; returns the old ones that changed.

    Slow for a full pool: not to be called in a transaction. What comes into the pool meanwhile is joined with these
    when the next batch comes.
    """
    there = PoolFile.objects.filter(fonds=batch.fonds_id, year=batch.year).exclude(batch=batch)
    there = there.exclude(item__state="closed").order_by()

    def files() -> Iterator[LooseFile]:
        for key, path, text, digest in there.values_list("pk", "path", "text", "sm3").iterator(chunk_size=_READ):
            yield LooseFile(key, path, text, digest=digest)
        for row in rows:
            yield LooseFile(row.pk, row.path, row.text, digest=row.sm3)

    found = find_clusters(files)
    for row in rows:
        row.cluster, row.crowd = found[row.pk].cluster, found[row.pk].crowd
    changed = []
    for old in there.only("pk", "cluster", "crowd").iterator(chunk_size=2000):
        clustered = found.get(old.pk)
        if clustered is not None and clustered != Clustered(old.cluster, old.crowd):
            old.cluster, old.crowd = clustered.cluster, clustered.crowd
            changed.append(old)
    return changed


def _in_order(actor: Actor, fonds: str, year: int) -> QuerySet[PoolFile]:
    return selectors.loose_files(actor, fonds, year).order_by("cluster", "path", "id")


def _cuts(actor: Actor, fonds: str, year: int) -> Iterator[tuple[int, int]]:
    loose = selectors.loose_files(actor, fonds, year).order_by("cluster").values_list("cluster")
    counted = loose.annotate(files=Count("pk")).values_list("files", flat=True)
    yield from cut_into_parts(counted.iterator(chunk_size=2000), PART)
