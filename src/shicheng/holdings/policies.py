"""Who may see which items."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

from shicheng.holdings.models import Item, Tally
from shicheng.holdings.types import Openness, Secrecy
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission("holdings.item.read", _("Read all items"), roles={Role.ARCHIVIST})
READ_OPEN = registry.permission(
    "holdings.item.read_open", _("Read opened items"), roles={Role.READER, Role.ADMINISTRATOR}
)
SHARE_VIEW = registry.permission(
    "holdings.view.share", _("Share views of the items with everyone"), roles={Role.ARCHIVIST}
)
REGISTER = registry.permission("holdings.item.register", _("Take items into the holdings"), roles={Role.ARCHIVIST})

EDIT = registry.permission("holdings.item.edit", _("Edit descriptions"), roles={Role.ARCHIVIST})


OPEN_TO_ALL = {"openness": Openness.OPEN.value, "secrecy": Secrecy.PUBLIC.value}
R = TypeVar("R", Item, Tally)


def visible(actor: Actor) -> QuerySet[Item]:
    """The items this actor may see: all within their fonds, or only opened ones, or none."""
    return _narrowed(actor, Item.objects.all())


def visible_tallies(actor: Actor) -> QuerySet[Tally]:
    """The numbers of the items this actor may see; a test holds them to the items themselves."""
    return _narrowed(actor, Tally.objects.all())


def _narrowed(actor: Actor, rows: QuerySet[R]) -> QuerySet[R]:
    if people.allows(actor, READ):
        if actor.fonds is None:
            return rows
        return rows.filter(fonds__code__in=actor.fonds) | rows.filter(**OPEN_TO_ALL)
    if people.allows(actor, READ_OPEN):
        return rows.filter(**OPEN_TO_ALL)
    return rows.none()


def is_open(item: Item) -> bool:
    """Tell whether anyone may read this item."""
    return item.openness == Openness.OPEN and item.secrecy == Secrecy.PUBLIC
