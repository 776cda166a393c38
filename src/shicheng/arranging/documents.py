"""Documents of the pool as other rooms ask for them; see `ingest.loose.find_documents`."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q

from shicheng.arranging import policies
from shicheng.arranging.models import PoolItem
from shicheng.base.db import chunked
from shicheng.ingest.ports import PoolDocument
from shicheng.kernel.dates import DateError, parse_date
from shicheng.people.types import Actor


def find_documents(
    *, actor: Actor, keys: Sequence[UUID] | None = None, fonds: str = "", words: Sequence[str] = (),
    first: date | None = None, last: date | None = None, most: int = 1000,
) -> list[PoolDocument]:  # fmt: skip
    """Items of the pool the actor may see: those with these keys, or open ones by words, fonds and days."""
    seen = policies.visible_items(actor).select_related("fonds").prefetch_related("files")
    if keys is not None:
        found: list[PoolItem] = []
        for part in chunked(list(dict.fromkeys(keys)), 500):
            found += seen.filter(pk__in=part)
        return [_document(one) for one in found]
    seen = seen.exclude(state="closed")
    if fonds:
        seen = seen.filter(fonds__code=fonds)
    if words:
        seen = seen.filter(functools.reduce(operator.or_, (Q(title__icontains=word) for word in words)))
    listed = (one for one in seen.order_by("code_sort", "formed_at", "id") if _lies(one.date, first, last))
    return [_document(one) for one in _some(listed, most)]


def _document(one: PoolItem) -> PoolDocument:
    mimes = tuple(dict.fromkeys(file.mime for file in one.files.all()))
    return PoolDocument(
        one.pk, one.fonds.code, one.department or one.unit, one.year, one.title, one.date, mimes, one.held_item
    )


def _lies(text: str, first: date | None, last: date | None) -> bool:
    if first is None and last is None:
        return True
    try:
        period = parse_date(text)
    except DateError:
        return False
    return (first is None or period.end >= first) and (last is None or period.start <= last)


def _some(listed: Iterable[PoolItem], most: int) -> Iterable[PoolItem]:
    for place, one in enumerate(listed):
        if place >= most:
            return
        yield one
