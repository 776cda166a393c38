"""Tables between the database and the form in which they are read, compared and judged."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q

from shicheng.schemes.judging import Dates
from shicheng.schemes.models import FilingClass, FilingRow, Schedule
from shicheng.schemes.types import ClassDraft, RowDraft, TableDraft

LISTS: Final = frozenset({"examples", "words", "prefixes", "issuers"})
_ROW: Final = tuple(one.name for one in fields(RowDraft))
_CLASS: Final = tuple(one.name for one in fields(ClassDraft))


def table_of(schedule: Schedule) -> TableDraft:
    """A version as a table."""
    return TableDraft(
        classes=tuple(class_draft(one) for one in schedule.classes.order_by("order")),
        rows=tuple(row_draft(one) for one in schedule.rows.order_by("order")),
        templates=tuple(sorted(schedule.templates.items())),
        origin=schedule.origin,
    )


def row_draft(row: FilingRow) -> RowDraft:
    """A row of the database as it is written."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _ROW}
    values |= {name: tuple(values[name]) for name in LISTS}
    return RowDraft(**values)


def class_draft(one: FilingClass) -> ClassDraft:
    """A class of the database as it is written."""
    return ClassDraft(**{name: getattr(one, name) for name in _CLASS})


def row_values(row: RowDraft) -> dict[str, Any]:
    """A row as columns."""
    values = {name: getattr(row, name) for name in _ROW}
    return {name: list(value) if name in LISTS else value for name, value in values.items()}


def class_values(one: ClassDraft) -> dict[str, Any]:
    """A class as columns."""
    return {name: getattr(one, name) for name in _CLASS}


def write_table(schedule: Schedule, table: TableDraft) -> None:
    """Let a draft say what `table` says; rows and classes that stay keep their ids. Inside `atomic()`."""
    rows = {row.key: row.pk for row in schedule.rows.all()}
    classes = {one.code: one.pk for one in schedule.classes.all()}
    schedule.rows.all().delete()
    schedule.classes.all().delete()
    FilingClass.objects.bulk_create(
        FilingClass(schedule=schedule, order=order, **class_values(one), **_kept(classes, one.code))
        for order, one in enumerate(table.classes, start=1)
    )
    FilingRow.objects.bulk_create(
        FilingRow(schedule=schedule, order=order, **row_values(row), **_kept(rows, row.key))
        for order, row in enumerate(table.rows, start=1)
    )
    schedule.templates = dict(table.templates)
    schedule.rows_count = len(table.rows)


def _kept(ids: dict[str, Any], name: str) -> dict[str, Any]:
    return {"id": ids[name]} if name in ids else {}


def dates_of(schedule: Schedule, *, today: Any = None) -> Dates:
    """When a version is to be in force, and the unit's versions approved before it."""
    before = Schedule.objects.filter(unit=schedule.unit_id, state="approved", version__lt=schedule.version)
    listed = before.values_list("version", "effective_from", "effective_until").order_by("version")
    return Dates(
        first=schedule.effective_from,
        last=schedule.effective_until,
        before=tuple((version, first, last) for version, first, last in listed if first is not None),
        today=today,
    )


def end_earlier(schedule: Schedule) -> None:
    """Let the versions approved before this one end on the day before it; inside `atomic()`.

    Their last day is all that is ever written into approved versions.
    """
    first = schedule.effective_from
    assert first is not None  # no version is approved without it
    earlier = Schedule.objects.filter(unit=schedule.unit_id, state="approved", version__lt=schedule.version)
    earlier.filter(Q(effective_until=None) | Q(effective_until__gte=first)).update(
        effective_until=first - timedelta(days=1)
    )
