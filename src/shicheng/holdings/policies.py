"""Who may see which items."""

from __future__ import annotations

import functools
import operator
from typing import TypeVar

from django.db.models import Q, QuerySet

from shicheng.holdings.models import Fonds, Item, Tally
from shicheng.holdings.types import Openness, Secrecy
from shicheng.kernel.messages import message as _
from shicheng.kernel.secrecy import levels_up_to
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import SEE_ALL, Actor, Place, Reach, Role

READ = registry.permission("holdings.item.read", _("Read items that are not opened"), roles=SEE_ALL)
BROWSE = registry.permission("holdings.item.read_desk", _("Look at items at the desk"), roles={*SEE_ALL, Role.CLERK})
READ_OPEN = registry.permission("holdings.item.read_open", _("Read opened items"), roles={Role.READER})
SHARE_VIEW = registry.permission(
    "holdings.view.share", _("Share views of the items with everyone"), roles={Role.ARCHIVIST, Role.LEADER}
)
# What is done for imports and attached files too; each of them asks for its own permission before.
REGISTER = registry.permission(
    "holdings.item.register",
    _("Take items into the holdings"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.DIGITISER},
)

EDIT = registry.permission("holdings.item.edit", _("Edit descriptions"), roles={Role.ARCHIVIST, Role.CATALOGUER})
CHANGE_FONDS = registry.permission(
    "holdings.fonds.change", _("Record what happens to fonds and keep their dossiers"), roles={Role.ARCHIVIST}
)
ARRANGE = registry.permission(
    "holdings.item.arrange", _("Put items into volumes and boxes"), roles={Role.ARCHIVIST, Role.CATALOGUER}
)
RENUMBER = registry.permission("holdings.item.renumber", _("Give held items new codes"), roles={Role.ARCHIVIST})


OPEN_TO_ALL = {"openness": Openness.OPEN.value, "secrecy": Secrecy.PUBLIC.value}
R = TypeVar("R", Item, Tally)


def visible(actor: Actor) -> QuerySet[Item]:
    """The items this actor may see: all within their fonds, or only opened ones, or none."""
    return _narrowed(actor, Item.objects.all())


def visible_tallies(actor: Actor) -> QuerySet[Tally]:
    """The numbers of the items this actor may see; a test holds them to the items themselves."""
    return _narrowed(actor, Tally.objects.all())


def visible_fonds(actor: Actor) -> QuerySet[Fonds]:
    """The fonds whose pages this actor may see: those their role reaches."""
    codes = people.whole_fonds(actor, READ)
    return Fonds.objects.all() if codes is None else Fonds.objects.filter(code__in=codes)


def _narrowed(actor: Actor, rows: QuerySet[R]) -> QuerySet[R]:
    reaches = people.reach(actor, READ)
    if reaches == people.EVERYTHING:
        return rows
    if not reaches and not people.allows(actor, READ_OPEN):
        return rows.none()
    return rows.filter(functools.reduce(operator.or_, map(condition, reaches), Q(**OPEN_TO_ALL)))


def condition(one: Reach) -> Q:
    """The items, or tallies of them, that one grant reaches; the search index has the same (`search.scope`)."""
    limits: dict[str, object] = {}
    if one.fonds is not None:
        limits["fonds__code__in"] = sorted(one.fonds)
    if one.category:
        limits["category"] = one.category
    if one.unit:
        limits["department"] = one.unit
    if one.year_from is not None:
        limits["year__gte"] = one.year_from
    if one.year_to is not None:
        limits["year__lte"] = one.year_to
    if one.ceiling:
        limits["secrecy__in"] = levels_up_to(one.ceiling)
    return Q(**limits)


def place_of(item: Item) -> Place:
    """Where an item stands, for asking whether a grant reaches it."""
    return Place(
        fonds=item.fonds.code, category=item.category, year=item.year, unit=item.department, secrecy=item.secrecy
    )


def is_open(item: Item) -> bool:
    """Tell whether anyone may read this item."""
    return item.openness == Openness.OPEN and item.secrecy == Secrecy.PUBLIC
