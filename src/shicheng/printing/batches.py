"""What lies together: a box, a volume, or records of one year, retention and department, with what is written on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from shicheng.base.db import chunked
from shicheng.holdings import policies, selectors
from shicheng.holdings.models import Box, Item, Volume
from shicheng.holdings.words import retention_label
from shicheng.people.types import Actor
from shicheng.search.choosing import Chosen

DEFAULT_WIDTH = 30


@dataclass(slots=True)
class Batch:
    """Records that lie together; what is not known is empty."""

    fonds_code: str = ""
    fonds_name: str = ""
    category: str = ""
    year: str = ""
    retention: str = ""
    department: str = ""
    number: str = ""  # of the box or the volume
    title: str = ""  # of a volume
    first: str = ""
    last: str = ""
    items: int = 0
    pages: int = 0
    width: int = 0  # millimetres, of a box
    note: str = ""
    arranged_by: str = ""
    arranged_on: str = ""
    checked_by: str = ""
    checked_on: str = ""
    is_volume: bool = False
    ids: list[UUID] = field(default_factory=list)


def batches_of(actor: Actor, *, boxes: Sequence[UUID], volumes: Sequence[UUID], chosen: Chosen | None) -> list[Batch]:
    """The batches of boxes, of volumes, or of a selection, as far as the actor may see what is in them."""
    if boxes:
        return _boxes(actor, boxes)
    if volumes:
        return _volumes(actor, volumes)
    return [] if chosen is None else _groups(one for part in chosen.parts() for one in part)


def items_of(actor: Actor, batch: Batch) -> Iterator[Item]:
    """The records of a batch in their order, with their files."""
    for part in chunked(batch.ids, 200):
        found = {
            one.pk: one
            for one in policies.visible(actor).filter(pk__in=part).select_related("fonds").prefetch_related("files")
        }
        yield from (found[key] for key in part if key in found)


def common(values: Iterable[str]) -> str:
    """What several records have in common: one value, a range of years, or several parted by 、."""
    listed = sorted({value for value in values if value})
    if len(listed) > 2 and all(value.isdecimal() for value in listed):
        return f"{listed[0]}–{listed[-1]}"
    return "、".join(listed[:6]) + ("…" if len(listed) > 6 else "")


def _boxes(actor: Actor, ids: Sequence[UUID]) -> list[Batch]:
    fonds = policies.visible_fonds(actor)
    found = []
    for box in (
        Box.objects.filter(pk__in=list(ids), fonds__in=fonds).select_related("fonds").order_by("fonds", "number")
    ):
        batch = _gathered(
            policies.visible(actor).filter(boxed__box=box).order_by("code_sort").iterator(chunk_size=2000)
        )
        batch.fonds_code, batch.fonds_name, batch.number = box.fonds.code, box.fonds.name, str(box.number)
        batch.category = box.category or batch.category
        batch.year = str(box.year or "") or batch.year
        batch.retention = retention_label(box.retention) if box.retention else batch.retention
        batch.department = box.department or batch.department
        batch.width, batch.note = box.width, box.note
        batch.arranged_by, batch.arranged_on = box.arranged_by, f"{timezone.localdate(box.arranged_at):%Y%m%d}"
        batch.checked_by = box.checked_by
        batch.checked_on = f"{timezone.localdate(box.checked_at):%Y%m%d}" if box.checked_at else ""
        found.append(batch)
    return found


def _volumes(actor: Actor, ids: Sequence[UUID]) -> list[Batch]:
    fonds = policies.visible_fonds(actor)
    found = []
    for volume in Volume.objects.filter(pk__in=list(ids), fonds__in=fonds).select_related("fonds").order_by("code"):
        listed = policies.visible(actor).filter(volume_entries__volume=volume).order_by("volume_entries__order")
        batch = _gathered(listed.iterator(chunk_size=2000))
        batch.fonds_code, batch.fonds_name = volume.fonds.code, volume.fonds.name
        batch.number, batch.title, batch.is_volume = volume.code, volume.title, True
        batch.year = str(volume.year or "") or batch.year
        batch.retention = retention_label(volume.retention) if volume.retention else batch.retention
        batch.note, batch.arranged_by = volume.note, volume.made_by
        batch.arranged_on = f"{timezone.localdate(volume.made_at):%Y%m%d}"
        found.append(batch)
    return found


def _groups(items: Iterable[Item]) -> list[Batch]:
    """A selection by fonds, category, year, retention and department, as it would be put into boxes."""
    groups: dict[tuple[str, str, str, str, str], Batch] = {}
    names: dict[str, str] = {}
    for item in items:
        names[item.fonds.code] = item.fonds.name
        key = (item.fonds.code, item.category, str(item.year or ""), item.retention, item.department)
        _take(groups.setdefault(key, Batch()), item)
    for (code, category, year, retention, department), batch in groups.items():
        batch.fonds_code, batch.fonds_name, batch.category, batch.year = code, names[code], category, year
        batch.retention, batch.department = retention_label(retention), department
    return [groups[key] for key in sorted(groups)]


def _gathered(items: Iterable[Item]) -> Batch:
    batch, years, terms, departments, categories = Batch(), set(), set(), set(), set()
    for item in items:
        _take(batch, item)
        years.add(str(item.year or ""))
        terms.add(retention_label(item.retention))
        departments.add(item.department)
        categories.add(item.category)
    batch.year, batch.retention = common(years), common(terms)
    batch.department, batch.category = common(departments), common(categories)
    return batch


def _take(batch: Batch, item: Item) -> None:
    number = "" if item.number is None else f"{item.number:04d}"
    batch.first = batch.first or number
    batch.last = number or batch.last
    batch.items += 1
    batch.pages += item.pages or 0
    batch.ids.append(item.pk)


def fonds_named(actor: Actor, codes: Iterable[str]) -> str:
    """Names of the fonds of a selection."""
    return common(selectors.fonds_names(actor, codes).values())
