"""Who may see and write filing units and their tables, and who approves them."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role
from shicheng.schemes.models import FilingRow, Schedule, Unit

READ = registry.permission("schemes.unit.read", _("See filing units and their tables"), roles={Role.ARCHIVIST})
WRITE = registry.permission("schemes.unit.write", _("Write filing units"), roles={Role.ARCHIVIST})
DRAFT = registry.permission("schemes.schedule.draft", _("Draft and submit filing tables"), roles={Role.ARCHIVIST})
APPROVE = registry.permission("schemes.schedule.approve", _("Approve filing tables"), roles={Role.ARCHIVIST})


def visible(actor: Actor) -> QuerySet[Unit]:
    """The units this actor may see: those that file into their fonds."""
    if not people.allows(actor, READ):
        return Unit.objects.none()
    units = Unit.objects.all()
    return units if actor.fonds is None else units.filter(fonds_code__in=actor.fonds)


def visible_schedules(actor: Actor) -> QuerySet[Schedule]:
    """The versions of the tables of those units."""
    if not people.allows(actor, READ):
        return Schedule.objects.none()
    found = Schedule.objects.select_related("unit")
    return found if actor.fonds is None else found.filter(unit__fonds_code__in=actor.fonds)


def visible_rows(actor: Actor) -> QuerySet[FilingRow]:
    """The rows of those tables."""
    if not people.allows(actor, READ):
        return FilingRow.objects.none()
    found = FilingRow.objects.select_related("schedule__unit")
    return found if actor.fonds is None else found.filter(schedule__unit__fonds_code__in=actor.fonds)
