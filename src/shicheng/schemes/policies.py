"""Who may see and write filing units and their tables, and who approves them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import SEE_ALL, Actor, Place, Role
from shicheng.schemes.models import FilingRow, Schedule, Unit

READ = registry.permission("schemes.unit.read", _("See filing units and their tables"), roles=SEE_ALL)
WRITE = registry.permission("schemes.unit.write", _("Write filing units"), roles={Role.ARCHIVIST})
DRAFT = registry.permission(
    "schemes.schedule.draft", _("Draft and submit filing tables"), roles={Role.ARCHIVIST, Role.FILING_CLERK}
)
APPROVE = registry.permission(
    "schemes.schedule.approve", _("Approve filing tables"), roles={Role.ARCHIVIST, Role.LEADER}
)


def may_draft(actor: Actor, unit: Unit) -> bool:
    """Tell whether the actor may draft the table of this unit: a filing clerk that of their own alone."""
    return people.allows(actor, DRAFT, place=_place(unit))


def require_draft(actor: Actor, unit: Unit) -> None:
    """Raise `NotPermitted` unless the actor may draft the table of this unit."""
    people.require(actor, DRAFT, place=_place(unit))


def _place(unit: Unit) -> Place:
    return Place(fonds=unit.fonds_code, unit=unit.code)


def visible(actor: Actor) -> QuerySet[Unit]:
    """The units this actor may see: those that file into a fonds any grant of theirs reaches.

    A table tells nothing of any record, so a grant that reaches only a part of a fonds shows it whole.
    """
    return Unit.objects.filter(_in_reach(actor, "fonds_code"))


def visible_schedules(actor: Actor) -> QuerySet[Schedule]:
    """The versions of the tables of those units."""
    return Schedule.objects.select_related("unit").filter(_in_reach(actor, "unit__fonds_code"))


def visible_rows(actor: Actor) -> QuerySet[FilingRow]:
    """The rows of those tables."""
    return FilingRow.objects.select_related("schedule__unit").filter(_in_reach(actor, "schedule__unit__fonds_code"))


def _in_reach(actor: Actor, field: str) -> Q:
    reaches = people.reach(actor, READ)
    if any(one.fonds is None for one in reaches):
        return Q()
    return Q(**{f"{field}__in": sorted({code for one in reaches for code in one.fonds or ()})})
