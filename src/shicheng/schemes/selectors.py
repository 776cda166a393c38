"""Reading units, their tables, and what is in force on a day.

For other rooms: `unit`, `units`, `filing_rows`, `filing_row`, `departments`, `template_names`; suggestions for a
record are made by `classifying.classify` over what `filing_rows` gives. A record keeps `str(row.pk)` of the row that
judged it; rows of approved tables never change and never go.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.schemes import policies
from shicheng.schemes.errors import ScheduleNotFound, UnitNotFound
from shicheng.schemes.models import FilingClass, FilingRow, Schedule, Unit
from shicheng.schemes.types import Department


def units(actor: Actor, *, fonds: str = "", text: str = "", closed: bool = True) -> QuerySet[Unit]:
    """Units the actor may see, by code; of one fonds, with a text in code or name, or open ones only."""
    found = policies.visible(actor)
    if fonds:
        found = found.filter(fonds_code=fonds)
    if text:
        found = found.filter(Q(code__icontains=text) | Q(name__icontains=text))
    if not closed:
        found = found.filter(is_closed=False)
    return found.order_by("code")


def unit(actor: Actor, code: str) -> Unit:
    """One unit by its code; raises `UnitNotFound` if the actor may see none."""
    found = policies.visible(actor).filter(code=code).first()
    if found is None:
        raise UnitNotFound(
            _("There is no filing unit %(code)s here, or it is not open to you.", code=code),
            hint=_("Look it up in the list of filing units."),
        )
    return found


def schedules(actor: Actor, code: str) -> QuerySet[Schedule]:
    """Versions of a unit's table, newest first."""
    return policies.visible_schedules(actor).filter(unit__code=code).order_by("-version")


def schedule(actor: Actor, code: str, version: int) -> Schedule:
    """One version of a unit's table; raises `ScheduleNotFound`."""
    found = policies.visible_schedules(actor).filter(unit__code=code, version=version).first()
    if found is None:
        raise ScheduleNotFound(
            _("The unit %(code)s has no version %(version)s of its table, or it is not open to you.", code=code,
              version=version),
            hint=_("Look at the unit's page for its versions."),
        )  # fmt: skip
    return found


def in_force(actor: Actor, *, unit: str = "", fonds: str = "", on: date | None = None) -> list[Schedule]:
    """The approved versions in force on a day (today if none is given), of one unit or of those of a fonds."""
    day = on or today()
    found = policies.visible_schedules(actor).filter(state="approved", effective_from__lte=day)
    found = found.filter(Q(effective_until=None) | Q(effective_until__gte=day))
    if unit:
        found = found.filter(unit__code=unit)
    if fonds:
        found = found.filter(unit__fonds_code=fonds)
    return list(found.order_by("unit__code", "-version"))


def filing_rows(actor: Actor, *, unit: str = "", fonds: str = "", on: date | None = None) -> list[FilingRow]:
    """The rows in force on a day for a unit, or for all units of a fonds, in the order of their tables."""
    if not (unit or fonds):
        return []
    versions = in_force(actor, unit=unit, fonds=fonds, on=on)
    found = FilingRow.objects.filter(schedule__in=versions).select_related("schedule__unit")
    return list(found.order_by("schedule__unit__code", "order"))


def filing_row(actor: Actor, row_id: UUID | str) -> FilingRow | None:
    """The row that judged a record, in whatever version it stands; None if there is none the actor may see."""
    try:
        identity = UUID(str(row_id))
    except ValueError:
        return None
    return policies.visible_rows(actor).filter(pk=identity).first()


def require_row(actor: Actor, row_id: UUID | str) -> FilingRow:
    """The row that judged a record; raises `ScheduleNotFound` if there is none the actor may see."""
    found = filing_row(actor, row_id)
    if found is None:
        raise ScheduleNotFound(
            _("There is no row %(row)s of a filing table here, or it is not open to you.", row=str(row_id)),
            hint=_("Take the id of the row from the record it judged."),
        )
    return found


def filing_rows_by_id(actor: Actor, row_ids: Iterable[UUID | str]) -> dict[str, FilingRow]:
    """The rows that judged some records, by id as text; for a page of records at a time."""
    wanted = []
    for each in row_ids:
        try:
            wanted.append(UUID(str(each)))
        except ValueError:
            continue
    return {str(row.pk): row for row in policies.visible_rows(actor).filter(pk__in=wanted)}


def departments(actor: Actor, *, unit: str = "", fonds: str = "", on: date | None = None) -> list[Department]:
    """Departments and subjects in force on a day, in the order of the tables; each code once."""
    if not (unit or fonds):
        return []
    versions = {one.pk: one.unit.code for one in in_force(actor, unit=unit, fonds=fonds, on=on)}
    found = FilingClass.objects.filter(schedule__in=list(versions)).exclude(kind="group").order_by("schedule", "order")
    listed: dict[str, Department] = {}
    for one in found:
        listed.setdefault(one.code, Department(one.code, one.name, one.kind, versions[one.schedule_id]))
    return list(listed.values())


def template_names(actor: Actor, *, unit: str = "", fonds: str = "", on: date | None = None) -> dict[str, str]:
    """Which template of reference codes holds for which category on a day: category → name of the template."""
    found: dict[str, str] = {}
    for one in in_force(actor, unit=unit, fonds=fonds, on=on) if unit or fonds else []:
        for category, name in one.templates.items():
            found.setdefault(category, name)
    return found


def today() -> date:
    """The day it is where the archive stands."""
    return timezone.localdate(clock.now())
