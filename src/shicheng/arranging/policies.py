"""Who may do what with the pool."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from shicheng.arranging.models import Batch, Filing, PoolFile, PoolItem
from shicheng.holdings.models import Fonds
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
    """The filings this actor may see: those of fonds they see whole, and those of nothing but their own items."""
    codes = people.whole_fonds(actor, READ)
    if codes is None:
        return Filing.objects.all()
    items = PoolItem.objects.filter(filing=OuterRef("pk"))
    own = visible_items(actor).filter(filing=OuterRef("pk"))
    others = items.exclude(pk__in=visible_items(actor).filter(filing=OuterRef(OuterRef("pk"))).values("pk"))
    return Filing.objects.filter(Q(fonds__code__in=codes) | (Exists(own) & ~Exists(others)))


def sees_fonds(actor: Actor, code: str) -> bool:
    """Tell whether the actor may see the whole pool of a fonds."""
    return people.allows(actor, READ, fonds=code)


def open_fonds(actor: Actor) -> QuerySet[Fonds]:
    """The fonds that take files in and of whose pools the actor may see a part or the whole."""
    reaches = people.reach(actor, READ)
    found = Fonds.objects.filter(closed_on=None).order_by("code")
    if any(one.fonds is None for one in reaches):
        return found
    return found.filter(code__in={code for one in reaches for code in one.fonds or ()})


def own_units(actor: Actor, permission: str, fonds: str, year: int) -> list[str] | None:
    """Codes of the units for which the actor may do this in a pool; None is every unit of the fonds."""
    found = [one for one in people.reach(actor, permission) if one.holds(Place(fonds=fonds, year=year, unit=one.unit))]
    return None if any(not one.unit for one in found) else sorted({one.unit for one in found})


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
