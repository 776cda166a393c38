"""Which filing unit a record belongs to: by the row that judged it, else by its department, else the only one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q

from shicheng.base.db import chunked
from shicheng.schemes.models import FilingClass, FilingRow, Schedule, Unit


class Owners:
    """The units of one fonds with their tables, and which of them a department or a row belongs to."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = list(units)
        self._by_row: dict[str, tuple[UUID, str]] = {}
        self.schedules: dict[UUID, list[Schedule]] = {one.pk: [] for one in units}
        approved = Schedule.objects.filter(unit__in=self.units, state="approved")
        for schedule in approved.order_by("unit", "version"):
            self.schedules[schedule.unit_id].append(schedule)
        self._by_class: dict[str, UUID] = {one.code: one.pk for one in units}
        if len(self.units) > 1:
            classes = FilingClass.objects.filter(schedule__unit__in=self.units, schedule__state="approved")
            for code, unit in classes.order_by("schedule__version").values_list("code", "schedule__unit"):
                self._by_class[code] = unit

    def of_department(self, department: str) -> UUID | None:
        """The unit whose records stand under a department; None where nobody can tell."""
        if len(self.units) == 1:
            return self.units[0].pk
        return self._by_class.get(department)

    def read_rows(self, row_ids: Iterable[str]) -> None:
        """Make known which unit and which number the rows have that judged some records."""
        wanted = []
        for each in set(row_ids) - set(self._by_row):
            try:
                wanted.append(UUID(each))
            except ValueError:
                continue
        for part in chunked(wanted, 500):
            rows = FilingRow.objects.filter(pk__in=part, schedule__unit__in=self.units)
            for row_id, unit, key in rows.values_list("pk", "schedule__unit", "key"):
                self._by_row[str(row_id)] = (unit, key)

    def of_row(self, row_id: str | None) -> tuple[UUID, str] | None:
        """Unit and number of the row with an id; see `read_rows`."""
        return self._by_row.get(row_id or "")

    def table(self, unit: Unit, year: int) -> Schedule | None:
        """The version of a unit's table that held at the end of a year, else the newest one."""
        listed = self.schedules[unit.pk]
        day = date(year, 12, 31)
        begun = [one for one in listed if one.effective_from and one.effective_from <= day]
        held = [one for one in begun if one.effective_until is None or one.effective_until >= day]
        return held[-1] if held else listed[-1] if listed else None

    def has_table(self, unit: Unit, year: int) -> bool:
        """Tell whether a unit had a table in or before a year."""
        return any(one.effective_from and one.effective_from.year <= year for one in self.schedules[unit.pk])

    def origins(self, unit: Unit) -> set[str]:
        """Presets the unit's tables were begun from."""
        return {one.origin for one in self.schedules[unit.pk] if one.origin}


def units_of(fonds: str) -> list[Unit]:
    """The units that file into a fonds and are not closed."""
    return list(Unit.objects.filter(fonds_code=fonds, is_closed=False).order_by("code"))


def owners_of_all(fonds: Iterable[str]) -> dict[str, Owners]:
    """The owners of several fonds by their codes; closed units count, for what they filed before."""
    by_fonds: dict[str, list[Unit]] = defaultdict(list)
    for one in Unit.objects.filter(Q(fonds_code__in=list(fonds))).order_by("code"):
        by_fonds[one.fonds_code].append(one)
    return {code: Owners(listed) for code, listed in by_fonds.items()}
