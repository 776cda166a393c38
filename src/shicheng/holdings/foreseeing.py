"""What pages ask before a catalogue is taken in or taken back."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import F

from shicheng.holdings import policies
from shicheng.holdings.cataloguing import Withdrawn, row_id
from shicheng.holdings.models import Fonds, Item, ItemVersion
from shicheng.people.policies import whole_fonds
from shicheng.people.types import Actor

_LOOKED_AT: Final = 900  # changed items that are compared one by one


def fonds_choices(actor: Actor, *, most: int = 500) -> list[tuple[str, str]]:
    """Codes and names of the fonds the actor may import into, for a form; nobody else learns of any."""
    known, codes = Fonds.objects.order_by("code"), whole_fonds(actor, policies.REGISTER)
    if codes is not None:
        known = known.filter(code__in=codes)
    return list(known.values_list("code", "name")[:most])


def foresee_withdrawal(*, origin: UUID) -> Withdrawn:
    """Tell what `withdraw_records` would do for a whole import, counted in the database and changing nothing.

    Of its own items that were changed since, the first 900 are looked at closely; the others count as kept.
    """
    between = (row_id(origin, 1), row_id(origin, (1 << 32) - 1))
    made = Item.objects.filter(pk__range=between, source_key__isnull=False)
    bare = made.filter(files_count=0)
    changed = list(bare.filter(version__gt=1).order_by("pk")[:_LOOKED_AT])
    begun = ItemVersion.objects.filter(version=1, item__in=[item.pk for item in changed])
    beginnings = {version.item_id: version for version in begun}
    as_made = sum(
        (item.elements, item.extra) == (first.elements, first.extra)
        for item in changed
        if (first := beginnings.get(item.pk)) is not None
    )
    versions = ItemVersion.objects.filter(pk__range=between)
    newest = versions.filter(version=F("item__version")).count()
    removed = bare.filter(version=1).count() + as_made
    return Withdrawn(removed=removed, returned=newest, kept=made.count() - removed + versions.count() - newest)
