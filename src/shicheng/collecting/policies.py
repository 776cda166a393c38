"""Who may do what with business systems and what they push."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from shicheng.collecting.models import Attempt, Push, System
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Place, Role

READ = registry.permission(
    "collecting.system.read",
    _("See business systems and how their pushes fare"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.LEADER, Role.FILING_CLERK, Role.SYSTEM_ADMINISTRATOR},
)
MANAGE = registry.permission(
    "collecting.system.manage", _("Write business systems down and admit them"), roles={Role.ARCHIVIST}
)
TOKEN = registry.permission(
    "collecting.token.give",
    _("Give business systems their tokens, and stop them"),
    roles={Role.ARCHIVIST, Role.SYSTEM_ADMINISTRATOR},
)
PUSH = registry.permission("collecting.document.push", _("Push documents as a business system"), roles={Role.ARCHIVIST})
READ_PUSHES = registry.permission(
    "collecting.push.read",
    _("See the documents business systems pushed"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.LEADER, Role.FILING_CLERK},
)
RETURN = registry.permission(
    "collecting.push.return", _("Return pushed documents to their system"), roles={Role.ARCHIVIST}
)

M = TypeVar("M", bound=Model)


def visible(actor: Actor) -> QuerySet[System]:
    """The systems this actor may see: a program its own, people those of the units they reach."""
    return _narrowed(actor, READ, System.objects.all(), "")


def visible_pushes(actor: Actor) -> QuerySet[Push]:
    """The pushed documents this actor may see with their contents."""
    return _narrowed(actor, READ_PUSHES, Push.objects.select_related("system"), "system__")


def visible_states(actor: Actor) -> QuerySet[Push]:
    """The pushed documents this actor may know of: that they came and how they fared, nothing of what they say."""
    return _narrowed(actor, READ, Push.objects.select_related("system"), "system__")


def visible_attempts(actor: Actor) -> QuerySet[Attempt]:
    """The trials and refusals this actor may know of."""
    return _narrowed(actor, READ, Attempt.objects.select_related("system"), "system__")


def reads_contents(actor: Actor, system: System) -> bool:
    """Tell whether the actor may see what this system's documents say."""
    return _reaches(actor, READ_PUSHES, system)


def may(actor: Actor, permission: str, system: System) -> bool:
    """Tell whether the actor may do this with this system."""
    return _reaches(actor, permission, system)


def may_in(actor: Actor, permission: str, *, fonds: str, unit: str) -> bool:
    """Tell whether the actor may do this with the systems of a unit."""
    return people.allows(actor, permission, place=Place(fonds=fonds, unit=unit))


def require(actor: Actor, permission: str, system: System) -> None:
    """Raise `NotPermitted` unless the actor may do this with this system."""
    if not _reaches(actor, permission, system):
        people.require(actor, permission, place=Place(fonds=system.fonds_code, unit=system.unit))


def own_system(actor: Actor) -> System | None:
    """The system whose token the actor shows."""
    if actor.kind != "program" or actor.user_id is None:
        return None
    return System.objects.filter(token=actor.user_id).first()


def _reaches(actor: Actor, permission: str, system: System) -> bool:
    return _narrowed(actor, permission, System.objects.filter(pk=system.pk), "").exists()


def _narrowed(actor: Actor, permission: str, rows: QuerySet[M], path: str) -> QuerySet[M]:
    """Rows of the systems a permission reaches. What was pushed is not judged yet: limits that ask for that hide it."""
    own = own_system(actor)
    if own is not None:
        allowed = people.allows(actor, permission)
        return rows.filter(**{f"{path}pk": own.pk}) if allowed else rows.none()
    wanted = Q(pk__in=[])
    for one in people.reach(actor, permission):
        if one.category or one.ceiling or one.year_from is not None or one.year_to is not None:
            continue
        within = Q() if one.fonds is None else Q(**{f"{path}fonds_code__in": sorted(one.fonds)})
        within &= Q(**{f"{path}unit": one.unit}) if one.unit else Q()
        if not within:
            return rows
        wanted |= within
    return rows.filter(wanted)
