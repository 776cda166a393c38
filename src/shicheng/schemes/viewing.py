"""What the pages about units and their tables show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shicheng.approvals import selectors as approvals
from shicheng.audit import selectors as audit
from shicheng.kernel.messages import Message
from shicheng.kernel.reference_codes import CATEGORIES, DEFAULT_TEMPLATES
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.schemes import policies, selectors, words
from shicheng.schemes.comparing import compare_tables
from shicheng.schemes.models import FilingRow, Schedule, Unit
from shicheng.schemes.preset_files import presets
from shicheng.schemes.services import SUBJECT, judge_schedule
from shicheng.schemes.tables import table_of
from shicheng.schemes.types import CLASS_KINDS, SOURCES, Finding, Gravity


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of a table for a page."""

    row: FilingRow
    retention: str
    openness: Message | str
    secrecy: Message | str
    source: Message
    findings: tuple[Finding, ...]
    gravity: str  # of the worst finding


@dataclass(frozen=True, slots=True)
class ClassBlock:
    """A class with its rows; `depth` says how far below others it stands."""

    code: str
    name: str
    kind: Message | str
    depth: int
    lines: tuple[RowLine, ...]
    findings: tuple[Finding, ...]
    takes_rows: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One version in the list of a unit."""

    schedule: Schedule
    standing: str
    label: Message
    origin: Message | str


def standing(schedule: Schedule, on: date) -> str:
    """What a version is on a day: draft, submitted, coming, in_force, superseded, discarded."""
    if schedule.state != "approved" or schedule.effective_from is None:
        return schedule.state
    if schedule.effective_from > on:
        return "coming"
    return "superseded" if schedule.effective_until and schedule.effective_until < on else "in_force"


def view_units(found: Sequence[Unit]) -> list[tuple[Unit, Version | None]]:
    """Units with the version that is in force today, or else their newest one."""
    today = selectors.today()
    by_unit: dict[Any, list[Schedule]] = defaultdict(list)
    listed = Schedule.objects.filter(unit__in=[one.pk for one in found]).exclude(state="discarded")
    for schedule in listed.order_by("-version"):
        by_unit[schedule.unit_id].append(schedule)
    lines: list[tuple[Unit, Version | None]] = []
    for one in found:
        versions = [_version(each, today) for each in by_unit[one.pk]]
        lines.append((one, next((each for each in versions if each.standing == "in_force"), None)
                      or (versions[0] if versions else None)))  # fmt: skip
    return lines


def view_unit(actor: Actor, one: Unit) -> dict[str, Any]:
    """Everything the page of one unit shows."""
    today = selectors.today()
    versions = [_version(each, today) for each in selectors.schedules(actor, one.code)]
    return {
        "unit": one,
        "versions": versions,
        "draft": next((each.schedule for each in versions if each.schedule.state in ("draft", "submitted")), None),
        "approved": [each for each in versions if each.schedule.state == "approved"],
        "presets": presets(),
        "may_write": allows(actor, policies.WRITE, fonds=one.fonds_code),
        "may_draft": policies.may_draft(actor, one) and not one.is_closed,
        "history": audit.history(actor, ("unit", one.pk)),
    }


def view_schedule(actor: Actor, schedule: Schedule) -> dict[str, Any]:
    """Everything the page of one version shows."""
    today = selectors.today()
    is_draft = schedule.state == "draft"
    findings = judge_schedule(schedule) if schedule.state in ("draft", "submitted") else []
    request = approvals.about(actor, (SUBJECT, str(schedule.pk))).first()
    return {
        "unit": schedule.unit,
        "schedule": schedule,
        "shown": _version(schedule, today),
        "blocks": _blocks(schedule, findings),
        "faults": [one for one in findings if one.gravity == Gravity.FAULT],
        "remarks": [one for one in findings if one.gravity == Gravity.REMARK and one.code != "recalled"],
        "recalled": sum(one.code == "recalled" for one in findings),
        "templates": [(code, name, CATEGORIES.get(code, "")) for code, name in sorted(schedule.templates.items())],
        "is_draft": is_draft,
        "may_draft": is_draft and policies.may_draft(actor, schedule.unit),
        "asked": request,
        "others": [
            each for each in selectors.schedules(actor, schedule.unit.code)
            if each.pk != schedule.pk and each.state != "discarded"
        ],
        "history": audit.history(actor, (SUBJECT, schedule.pk)),
    }  # fmt: skip


def view_comparison(before: Schedule, after: Schedule) -> dict[str, Any]:
    """What differs between two versions."""
    return {
        "unit": after.unit, "before": before, "after": after,
        "compared": compare_tables(table_of(before), table_of(after)),
    }  # fmt: skip


def row_choices(schedule: Schedule) -> dict[str, Any]:
    """What the form of a row offers."""
    return {
        "classes": list(schedule.classes.exclude(kind="group").order_by("order")),
        "categories": [(code, f"{code} {label}") for code, label in CATEGORIES.items()],
        "terms": ["永久", "30年", "10年", "长期", "短期"],
        "opennesses": list(words.OPENNESS.items()),
        "secrecies": [(code, label) for code, label in words.SECRECY.items() if code in ("public", "restricted")],
        "sources": list(SOURCES.items()),
    }


def class_choices(schedule: Schedule) -> dict[str, Any]:
    """What the form of a class offers."""
    return {"groups": list(schedule.classes.filter(kind="group").order_by("order")), "kinds": list(CLASS_KINDS.items())}


def template_choices(schedule: Schedule) -> list[tuple[str, str, str, list[str]]]:
    """For each category the table uses: its code, its name, what is chosen, and the forms it may have."""
    used = dict.fromkeys(schedule.rows.order_by("category").values_list("category", flat=True).distinct())
    return [
        (
            code, str(CATEGORIES.get(code, code)), schedule.templates.get(code, ""),
            [one.name for one in DEFAULT_TEMPLATES if code in one.categories],
        )
        for code in used
    ]  # fmt: skip


def _version(schedule: Schedule, today: date) -> Version:
    state = standing(schedule, today)
    return Version(schedule, state, words.STANDINGS[state], words.origin_label(schedule.origin))


def _blocks(schedule: Schedule, findings: Sequence[Finding]) -> list[ClassBlock]:
    by_key: dict[str, list[Finding]] = defaultdict(list)
    by_class: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        for key in one.keys:
            by_key[key].append(one)
        if one.klass and not one.keys:
            by_class[one.klass].append(one)
    by_block: dict[str, list[RowLine]] = defaultdict(list)
    for row in schedule.rows.order_by("order"):
        found = tuple(one for one in by_key[row.key] if one.code != "recalled")
        worst = "fault" if any(one.gravity == Gravity.FAULT for one in found) else "remark" if found else ""
        by_block[row.klass].append(RowLine(
            row, words.retention_label(row.retention, row.retention_text), words.openness_label(row.openness),
            words.secrecy_label(row.secrecy), SOURCES.get(row.source, SOURCES[""]), found, worst,
        ))  # fmt: skip
    classes = list(schedule.classes.order_by("order"))
    above = {one.code: one.parent for one in classes}
    blocks = [
        ClassBlock(
            one.code, one.name, CLASS_KINDS.get(one.kind, one.kind), _depth(one.code, above),
            tuple(by_block.pop(one.code, ())), tuple(by_class[one.code]), one.kind != "group",
        )
        for one in classes
    ]  # fmt: skip
    blocks += [ClassBlock(code, "", "", 0, tuple(lines), (), takes_rows=True) for code, lines in by_block.items()]
    return blocks


def _depth(code: str, above: dict[str, str]) -> int:
    depth, seen = 0, {code}
    while (code := above.get(code, "")) and code not in seen:
        seen.add(code)
        depth += 1
    return depth
