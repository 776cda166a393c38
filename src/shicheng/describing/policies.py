"""Who may describe many records at once, and who keeps the authorities."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.describing.models import Authority, ChangeSet
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

_DESCRIBERS = frozenset({Role.ARCHIVIST, Role.CATALOGUER})

GRID = registry.permission("describing.grid.edit", _("Edit descriptions in the grid"), roles=_DESCRIBERS)
CHANGE = registry.permission("describing.change.run", _("Change many descriptions at once"), roles=_DESCRIBERS)
UNDO = registry.permission("describing.change.undo", _("Undo changes of many descriptions"), roles=_DESCRIBERS)
READ_AUTHORITIES = registry.permission("describing.authority.read", _("See authorities"), roles=_DESCRIBERS)
KEEP_AUTHORITIES = registry.permission(
    "describing.authority.keep", _("Keep, merge and split authorities"), roles=_DESCRIBERS
)


def visible(actor: Actor) -> QuerySet[ChangeSet]:
    """The changes this actor may see: all, or for those whose grants have limits their own."""
    if not people.allows(actor, CHANGE):
        return ChangeSet.objects.none()
    found = ChangeSet.objects.all()
    is_whole = people.whole_fonds(actor, CHANGE) is None
    return found if is_whole else found.filter(user_id=actor.user_id, user_id__isnull=False)


def visible_authorities(actor: Actor) -> QuerySet[Authority]:
    """The authorities this actor may see: names as such are nobody's secret at the desk."""
    return Authority.objects.all() if people.allows(actor, READ_AUTHORITIES) else Authority.objects.none()
