"""Who may do what with the pool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from shicheng.arranging.models import Batch, Filing, PoolFile, PoolItem
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Place, Role

_COLLECTORS = {Role.ARCHIVIST, Role.FILING_CLERK}

READ = registry.permission(
    "arranging.pool.read",
    _("See the pool of what is to be filed"),
    roles={*_COLLECTORS, Role.CATALOGUER, Role.LEADER},
)
COLLECT = registry.permission("arranging.pool.collect", _("Put files into the pool"), roles=_COLLECTORS)
ARRANGE = registry.permission(
    "arranging.pool.arrange", _("Form, describe and classify items of the pool"), roles={*_COLLECTORS, Role.CATALOGUER}
)
NUMBER = registry.permission(
    "arranging.pool.number", _("Number items of the pool"), roles={Role.ARCHIVIST, Role.CATALOGUER}
)
FILE = registry.permission("arranging.pool.file", _("File items of the pool"), roles={Role.ARCHIVIST})

M = TypeVar("M", bound=Model)


def visible_items(actor: Actor) -> QuerySet[PoolItem]:
    """The items of the pool this actor may see: those of their fonds, or of their unit in it."""
    return _narrowed(actor, PoolItem.objects.all())


def visible_files(actor: Actor) -> QuerySet[PoolFile]:
    """The files of the pool this actor may see, as its items."""
    return _narrowed(actor, PoolFile.objects.all())


def visible_batches(actor: Actor) -> QuerySet[Batch]:
    """The batches this actor may see, as items."""
    return _narrowed(actor, Batch.objects.all())


def visible_filings(actor: Actor) -> QuerySet[Filing]:
    """The filings this actor may see: those of fonds they see whole."""
    codes = people.whole_fonds(actor, READ)
    return Filing.objects.all() if codes is None else Filing.objects.filter(fonds__code__in=codes)


def sees_fonds(actor: Actor, code: str) -> bool:
    """Tell whether the actor may see the whole pool of a fonds."""
    return people.allows(actor, READ, fonds=code)


def _narrowed(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    wanted = Q(pk__in=[])
    for one in people.reach(actor, READ):
        if one.category or one.ceiling:
            continue  # what is in the pool is not judged yet, so such a grant says nothing of it
        within = Q() if one.fonds is None else Q(fonds__code__in=one.fonds)
        within &= Q(unit=one.unit) if one.unit else Q()
        within &= Q() if one.year_from is None else Q(year__gte=one.year_from)
        within &= Q() if one.year_to is None else Q(year__lte=one.year_to)
        if not within:
            return rows
        wanted |= within
    return rows.filter(wanted)


def require_rows(actor: Actor, permission: str, fonds: str, rows: Iterable[PoolItem | PoolFile]) -> None:
    """Raise `NotPermitted` unless the actor may do this with every one of these rows."""
    for unit, year in sorted({(one.unit, one.year) for one in rows}):
        people.require(actor, permission, place=Place(fonds=fonds, year=year, unit=unit))
