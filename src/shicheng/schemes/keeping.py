"""Approved tables in the store, where they outlive the database, and making their rows anew from there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from shicheng.audit import selectors as audit
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.people.types import Actor
from shicheng.schemes import events
from shicheng.schemes.models import FilingClass, FilingRow, Schedule, Unit
from shicheng.schemes.tables import class_draft, end_earlier, row_draft
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act
from shicheng.storage.types import DraftFile, ObjectDraft

PAPER: Final = "filing-table.json"
KIND: Final = "scheme"


def object_id_of(schedule: Schedule) -> str:
    """Id of the object that keeps a version."""
    return f"urn:uuid:{schedule.pk}"


def keep_table(schedule: Schedule, settings: Settings) -> bool:
    """Put an approved version into the store; returns whether it was new there. Safe to run twice."""
    assert schedule.approved_at is not None
    store = storage.open_store(settings)
    if store.has(object_id_of(schedule)):  # a run before this one may have been cut off before it promised the object
        with atomic():
            storage.register_objects([storage.stored_object(store, object_id_of(schedule))], kind=KIND)
        return False
    content = json.dumps(_paper(schedule), ensure_ascii=False, indent=1, sort_keys=True).encode()
    draft = ObjectDraft(
        object_id=object_id_of(schedule), created=schedule.approved_at, user=schedule.approved_by,
        message=f"{schedule.unit.code} v{schedule.version}", files=[DraftFile(PAPER, content)],
    )  # fmt: skip
    stored = store.put_objects([draft])[0]
    with atomic():
        storage.register_objects([stored], kind=KIND)
    return stored.is_new


class SchemeRestorer:
    """Brings units and their approved tables back when the database is made anew."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Tell whether the object keeps a table."""
        return PAPER in store.inventory(object_id).state()

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """Units as the log tells of them, then each table as an act of its approval."""
        yield Act(datetime.min.replace(tzinfo=UTC), restore_units)
        for object_id in object_ids:
            with store.open(object_id, PAPER) as stream:
                paper = json.loads(stream.read())
            yield Act(datetime.fromisoformat(paper["approved_at"]), partial(restore_table, store, object_id, paper))


def restore_units() -> int:
    """Write units the log tells of that are not there: code, name, fonds. They are no objects, so none is counted."""
    known = set(Unit.objects.values_list("code", flat=True))
    with atomic():
        for entry in audit.entries_of((events.UNIT_WRITTEN, events.UNIT_CLOSED, events.UNIT_REOPENED)):
            said = entry.details
            if said["unit"] in known:
                continue
            if entry.event == events.UNIT_WRITTEN:
                Unit.objects.update_or_create(
                    code=said["unit"], defaults={"name": said["name"], "fonds_code": said["fonds"]},
                    create_defaults={"id": UUID(entry.subject_id), "name": said["name"], "fonds_code": said["fonds"],
                                     "created": entry.at},
                )  # fmt: skip
            else:
                closed = entry.event == events.UNIT_CLOSED
                Unit.objects.filter(code=said["unit"]).update(is_closed=closed)
    return 0


def restore_table(store: Store, object_id: str, paper: dict[str, Any]) -> int:
    """Make the rows of one approved version anew; 0 if they were there. Safe to run twice."""
    with atomic():
        storage.register_objects([storage.stored_object(store, object_id)], kind=KIND)
        if Schedule.objects.filter(pk=UUID(paper["id"])).exists():
            return 0
        about = paper["unit"]
        unit, _made = Unit.objects.get_or_create(
            code=about["code"],
            defaults={"id": UUID(about["id"]), "name": about["name"], "fonds_code": about["fonds"],
                      "created": clock.now()},
        )  # fmt: skip
        schedule = Schedule.objects.create(
            id=UUID(paper["id"]), unit=unit, version=paper["version"], state="approved", origin=paper["origin"],
            templates=paper["templates"], effective_from=date.fromisoformat(paper["from"]),
            effective_until=date.fromisoformat(paper["until"]) if paper["until"] else None,
            rows_count=len(paper["rows"]), note=paper["note"], made_by=paper["made_by"],
            made_at=datetime.fromisoformat(paper["made_at"]), approved_by=paper["approved_by"],
            approved_at=datetime.fromisoformat(paper["approved_at"]),
        )  # fmt: skip
        FilingClass.objects.bulk_create(
            FilingClass(**{**one, "id": UUID(one["id"])}, schedule=schedule, order=order)
            for order, one in enumerate(paper["classes"], start=1)
        )
        FilingRow.objects.bulk_create(
            FilingRow(**{**one, "id": UUID(one["id"])}, schedule=schedule, order=order)
            for order, one in enumerate(paper["rows"], start=1)
        )
        end_earlier(schedule)
    return 1


def _paper(schedule: Schedule) -> dict[str, Any]:
    unit = schedule.unit
    assert schedule.approved_at is not None
    return {
        "id": str(schedule.pk), "version": schedule.version, "origin": schedule.origin,
        "templates": schedule.templates, "from": str(schedule.effective_from), "note": schedule.note,
        "until": str(schedule.effective_until or ""),
        "made_by": schedule.made_by, "made_at": schedule.made_at.isoformat(),
        "approved_by": schedule.approved_by, "approved_at": schedule.approved_at.isoformat(),
        "unit": {"id": str(unit.pk), "code": unit.code, "name": unit.name, "fonds": unit.fonds_code},
        "classes": [{"id": str(one.pk), **asdict(class_draft(one))} for one in schedule.classes.order_by("order")],
        "rows": [{"id": str(row.pk), **asdict(row_draft(row))} for row in schedule.rows.order_by("order")],
    }  # fmt: skip
