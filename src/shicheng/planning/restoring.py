"""What people said of missing records, terms and plans, made anew from the log when the database is rebuilt."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shicheng.audit import selectors as audit
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.planning import events, selectors
from shicheng.planning.models import Expectation, Finding, Plan, PlanLine
from shicheng.schemes.models import Unit
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act


class PlanningRestorer:
    """Brings explanations, terms, and approved plans back; they have no objects and stand in the log alone."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Claim no object."""
        return False

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """One act, when units and records are there; what is missing itself the next look finds again."""
        yield Act(datetime.max.replace(tzinfo=UTC), restore_planning)


def restore_planning() -> int:
    """Write what the log tells of, where nothing is. They are no objects: none is counted."""
    if Finding.objects.exists() or Plan.objects.exists() or Expectation.objects.exists():
        return 0
    units = {one.code: one for one in Unit.objects.all()}
    wanted = (events.EXPLAINED, events.REOPENED, events.TERMS_SET, events.PLAN_APPROVED, events.PLAN_CLOSED)
    with atomic():
        for entry in audit.entries_of(wanted):
            if entry.event in (events.EXPLAINED, events.REOPENED):
                _explanation(entry, units)
            elif entry.event == events.TERMS_SET:
                _terms(entry, units)
            else:
                _plan(entry, units)
    return 0


def _explanation(entry: Entry, units: dict[str, Unit]) -> None:
    said = entry.details
    unit = units.get(said["unit"])
    if unit is None:
        return
    if entry.event == events.REOPENED:
        Finding.objects.filter(pk=UUID(entry.subject_id)).delete()
        return
    words = _("Explained before: %(key)s", key=said["key"]).to_json()
    Finding.objects.update_or_create(
        unit=unit, year=said["year"], kind=said["kind"], key=said["key"],
        defaults={"explained_as": said["as"], "explanation": said["reason"], "explained_by": entry.actor_name,
                  "explained_at": entry.at, "state": "explained"},
        create_defaults={
            "id": UUID(entry.subject_id), "fonds_code": unit.fonds_code, "what": words, "reason": words,
            "due": selectors.today(), "since": entry.at, "state": "explained", "explained_as": said["as"],
            "explanation": said["reason"], "explained_by": entry.actor_name, "explained_at": entry.at,
        },
    )  # fmt: skip


def _terms(entry: Entry, units: dict[str, Unit]) -> None:
    said = entry.details
    if said["unit"] != "*" and said["unit"] not in units:
        return
    Expectation.objects.update_or_create(
        scope=said["unit"],
        defaults={"unit": units.get(said["unit"]), "terms": said["terms"], "written_by": entry.actor_name,
                  "written_at": entry.at},
    )  # fmt: skip


def _plan(entry: Entry, units: dict[str, Unit]) -> None:
    said = entry.details
    if entry.event == events.PLAN_APPROVED:
        plan = Plan.objects.create(
            pk=UUID(entry.subject_id), year=said["year"], state="approved", origin="", note=said["note"],
            made_by=entry.actor_name, made_at=entry.at, approved_by=entry.actor_name, approved_at=entry.at,
        )  # fmt: skip
        _lines(plan, said["planned"], units)
        return
    figures = said["figures"]
    plan = Plan.objects.get(pk=UUID(entry.subject_id))
    plan.state, plan.digest, plan.unplanned = "closed", said["digest"], figures["unplanned"]
    plan.closed_by, plan.closed_at = entry.actor_name, entry.at
    plan.counted_at = datetime.fromisoformat(figures["counted"]) if figures["counted"] else None
    plan.save()
    plan.lines.all().delete()
    _lines(plan, figures["lines"], units)


def _lines(plan: Plan, lines: list[dict[str, Any]], units: dict[str, Unit]) -> None:
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=plan, order=order, unit=units[one["unit"]], category=one["category"], retention=one["retention"],
            quarter=one["quarter"], note=one["note"],
            **dict(zip(("items", "volumes", "bytes"), one["planned"], strict=True)),
            **dict(zip(("came_items", "came_volumes", "came_bytes"), one.get("came", (0, 0, 0)), strict=True)),
        )
        for order, one in enumerate(lines, start=1) if one["unit"] in units
    )  # fmt: skip
