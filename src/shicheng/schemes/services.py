"""Drafting versions of a unit's table, submitting them, discarding them.

A version is written while it is a draft. From its submission on nothing of it changes; what is to change becomes the
next version. Records keep the id of the row that judged them, so no change here touches a record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from django.db.models import Max

from shicheng.approvals import services as approvals
from shicheng.approvals.models import ApprovalRequest
from shicheng.approvals.types import Asked
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.schemes import events, policies, selectors
from shicheng.schemes.approving import REQUEST
from shicheng.schemes.errors import (
    BadRow,
    ChangedMeanwhile,
    DraftThere,
    FaultyTable,
    ScheduleFixed,
    ScheduleNotFound,
    UnitNotFound,
)
from shicheng.schemes.judging import judge_table
from shicheng.schemes.models import Schedule, Unit
from shicheng.schemes.preset_files import preset
from shicheng.schemes.states import SCHEDULE
from shicheng.schemes.tables import dates_of, table_of, write_table
from shicheng.schemes.types import ClassDraft, Finding, Gravity, RowDraft, TableDraft

SUBJECT = "filing_table"
LONGEST = {"key": 40, "category": 20, "klass": 40, "scope": 4000, "note": 2000}
MOST_ROWS = 5000


def begin_draft(
    *, actor: Actor, unit: str, table: TableDraft | None = None, preset_name: str = "", from_version: int | None = None
) -> Schedule:
    """Begin the next version of a unit's table: from a preset, a table that was read, or a version there is.

    Without any it begins with the newest approved version, or empty. Raises `DraftThere` if a draft waits.
    """
    with atomic():
        found = _locked_unit(actor, unit)
        if found.is_closed:
            raise ScheduleFixed(
                _("The filing unit %(unit)s is closed; it gets no new table.", unit=unit),
                hint=_("Open it again first if it files again."),
            )
        begun = found.schedules.filter(state__in=("draft", "submitted")).first()
        if begun is not None:
            raise DraftThere(
                _("Version %(version)s of the table of %(unit)s is being written already.", version=begun.version,
                  unit=unit),
                hint=_("Go on with it, or discard it first."),
            )  # fmt: skip
        table = table or _table_to_begin_from(found, preset_name, from_version)
        _require_form(table)
        version = (found.schedules.aggregate(last=Max("version"))["last"] or 0) + 1
        schedule = Schedule.objects.create(
            unit=found, version=version, origin=table.origin[:200], made_by=actor.name[:200], made_at=clock.now()
        )
        write_table(schedule, table)
        schedule.save(update_fields=["templates", "rows_count"])
        details = {**_named(found, schedule), "origin": table.origin, "rows": len(table.rows)}
        audit.append(actor, events.DRAFTED, (SUBJECT, schedule.pk), details)
    return schedule


def replace_draft(*, actor: Actor, unit: str, table: TableDraft, revision: int | None = None) -> Schedule:
    """Let the draft say what a table says, all of it. Raises `ChangedMeanwhile`, `ScheduleFixed`, `BadRow`."""
    _require_form(table)
    with atomic():
        schedule = _locked_draft(actor, unit, revision)
        if table_of(schedule) == replace(table, origin=schedule.origin):
            return schedule
        write_table(schedule, table)
        if table.origin:
            schedule.origin = table.origin[:200]
        _bump(actor, schedule, {"origin": table.origin, "rows": len(table.rows)})
    return schedule


def write_row(*, actor: Actor, unit: str, row: RowDraft, instead_of: str = "", revision: int | None = None) -> Schedule:
    """Add a row to the draft, or write it instead of the row `instead_of`."""
    schedule = _draft_of(actor, unit)
    table = table_of(schedule)
    rows = list(table.rows)
    places = {each.key: place for place, each in enumerate(rows)}
    if instead_of and instead_of not in places:
        raise BadRow(_("The draft has no row %(row)s any more.", row=instead_of), hint=_("Look at the table again."))
    if row.key in places and row.key != instead_of:
        raise BadRow(_("The draft has a row %(row)s already.", row=row.key), hint=_("Give this one another number."))
    if instead_of:
        rows[places[instead_of]] = row
    else:
        rows.append(row)
    return _replaced(actor, unit, schedule, replace(table, rows=tuple(rows)), revision)


def remove_row(*, actor: Actor, unit: str, key: str, revision: int | None = None) -> Schedule:
    """Take a row out of the draft."""
    schedule = _draft_of(actor, unit)
    table = table_of(schedule)
    rows = tuple(row for row in table.rows if row.key != key)
    return _replaced(actor, unit, schedule, replace(table, rows=rows), revision)


def write_class(
    *, actor: Actor, unit: str, klass: ClassDraft, instead_of: str = "", revision: int | None = None
) -> Schedule:
    """Add a class to the draft, or write it instead of another, whose rows follow it."""
    schedule = _draft_of(actor, unit)
    table = table_of(schedule)
    classes, rows = list(table.classes), list(table.rows)
    places = {each.code: place for place, each in enumerate(classes)}
    if klass.code in places and klass.code != instead_of:
        raise BadRow(
            _("The draft has a class %(klass)s already.", klass=klass.code), hint=_("Give this one another code.")
        )
    if instead_of in places:
        classes[places[instead_of]] = klass
        classes = [replace(one, parent=klass.code) if one.parent == instead_of else one for one in classes]
        rows = [replace(row, klass=klass.code) if row.klass == instead_of else row for row in rows]
    else:
        classes.append(klass)
    return _replaced(actor, unit, schedule, replace(table, classes=tuple(classes), rows=tuple(rows)), revision)


def remove_class(*, actor: Actor, unit: str, code: str, revision: int | None = None) -> Schedule:
    """Take a class without rows out of the draft."""
    schedule = _draft_of(actor, unit)
    table = table_of(schedule)
    if any(row.klass == code for row in table.rows):
        raise BadRow(_("The class %(klass)s still has rows.", klass=code), hint=_("Move or remove its rows first."))
    classes = tuple(one for one in table.classes if one.code != code)
    return _replaced(actor, unit, schedule, replace(table, classes=classes), revision)


def set_terms(
    *, actor: Actor, unit: str, first: date | None, last: date | None = None, note: str = "",
    templates: Mapping[str, str] | None = None, revision: int | None = None,
) -> Schedule:  # fmt: skip
    """Say from when (and perhaps until when) the draft is to be in force, and the forms of its reference codes."""
    with atomic():
        schedule = _locked_draft(actor, unit, revision)
        schedule.effective_from, schedule.effective_until, schedule.note = first, last, note.strip()[:5000]
        if templates is not None:
            schedule.templates = {category: name for category, name in sorted(templates.items()) if name}
        _bump(actor, schedule, {"from": str(first or ""), "until": str(last or "")})
    return schedule


def judge_schedule(schedule: Schedule) -> list[Finding]:
    """Everything wrong or doubtful in a version, faults first."""
    return judge_table(table_of(schedule), dates_of(schedule, today=selectors.today()))


def submit_schedule(*, actor: Actor, unit: str, note: str = "", revision: int | None = None) -> ApprovalRequest:
    """Ask the supervising archive to approve the draft. Raises `FaultyTable` with what is wrong in it."""
    with atomic():
        schedule = _locked_draft(actor, unit, revision)
        faults = [one for one in judge_schedule(schedule) if one.gravity == Gravity.FAULT]
        if faults:
            raise FaultyTable(
                _("Version %(version)s of the table of %(unit)s has %(count)s faults; first: %(fault)s",
                  version=schedule.version, unit=unit, count=len(faults), fault=faults[0].message),
                faults,
                hint=_("Mend what is listed, and submit it again."),
            )  # fmt: skip
        schedule.state = SCHEDULE.next(schedule.state, "submit")
        schedule.save(update_fields=["state"])
        title = _("Filing table of %(name)s, version %(version)s: %(rows)s rows, from %(from)s",
                  name=schedule.unit.name, version=schedule.version, rows=schedule.rows_count,
                  **{"from": str(schedule.effective_from)})  # fmt: skip
        request = approvals.ask(
            actor=actor,
            asked=Asked(
                REQUEST, (SUBJECT, str(schedule.pk)), title, schedule.unit.fonds_code,
                {"unit": unit, "version": schedule.version}, note,
            ),
        )  # fmt: skip
        details = {**_named(schedule.unit, schedule), "request": request.number}
        audit.append(actor, events.SUBMITTED, (SUBJECT, schedule.pk), details)
    return request


def discard_draft(*, actor: Actor, unit: str, revision: int | None = None) -> Schedule:
    """Give a draft up; its number is not used again."""
    with atomic():
        schedule = _locked_draft(actor, unit, revision)
        schedule.state = SCHEDULE.next(schedule.state, "discard")
        schedule.save(update_fields=["state"])
        audit.append(actor, events.DISCARDED, (SUBJECT, schedule.pk), _named(schedule.unit, schedule))
    return schedule


def _table_to_begin_from(unit: Unit, preset_name: str, from_version: int | None) -> TableDraft:
    if preset_name:
        return preset(preset_name).table
    found = unit.schedules.exclude(state="discarded") if from_version else unit.schedules.filter(state="approved")
    if from_version:
        found = found.filter(version=from_version)
    newest = found.order_by("-version").first()
    if newest is None and from_version:
        raise ScheduleNotFound(
            _("The unit %(code)s has no version %(version)s of its table, or it is not open to you.", code=unit.code,
              version=from_version)
        )  # fmt: skip
    if newest is None:
        return TableDraft((), ())
    return replace(table_of(newest), origin=f"v{newest.version}")


def _require_form(table: TableDraft) -> None:
    """Raise `BadRow` for what the database could not hold; all else is found by `judge_table`."""
    if len(table.rows) > MOST_ROWS or len(table.classes) > MOST_ROWS:
        raise BadRow(_("A table takes at most %(most)s rows.", most=MOST_ROWS), hint=_("Divide it among more units."))
    keys, codes = [row.key for row in table.rows], [one.code for one in table.classes]
    for name, listed in (("key", keys), ("code", codes)):
        for each in listed:
            if not each or len(each) > LONGEST["key"] or not each.isprintable():
                raise BadRow(
                    _("“%(value)s” can't be the number of a row or the code of a class.", value=each[:60]),
                    hint=_("Give every row a number and every class a code of at most 40 characters."),
                )
        if len(set(listed)) != len(listed):
            twice = next(each for each in listed if listed.count(each) > 1)
            raise BadRow(
                _("%(value)s stands twice in the table.", value=twice) if name == "key"
                else _("The class %(value)s stands twice in the table.", value=twice),
                hint=_("Give every row a number, and every class a code, of its own."),
            )  # fmt: skip
    for row in table.rows:
        for field, most in LONGEST.items():
            if len(getattr(row, field)) > most or "\x00" in getattr(row, field):
                raise BadRow(
                    _("Row %(row)s has a value longer than %(most)s characters.", row=row.key, most=most),
                    hint=_("Shorten it."),
                )


def _draft_of(actor: Actor, unit: str) -> Schedule:
    schedule = policies.visible_schedules(actor).filter(unit__code=unit, state__in=("draft", "submitted")).first()
    if schedule is None:
        selectors.unit(actor, unit)
        raise ScheduleNotFound(
            _("The unit %(unit)s has no draft of a table.", unit=unit), hint=_("Begin the next version first.")
        )
    return schedule


def _replaced(actor: Actor, unit: str, seen: Schedule, table: TableDraft, revision: int | None) -> Schedule:
    """Replace the draft that was read here, unless it changed between reading and writing."""
    return replace_draft(
        actor=actor,
        unit=unit,
        table=replace(table, origin=""),
        revision=seen.revision if revision is None else revision,
    )


def _locked_unit(actor: Actor, code: str) -> Unit:
    unit = policies.visible(actor).select_for_update().filter(code=code).first()
    if unit is None:
        raise UnitNotFound(
            _("There is no filing unit %(code)s here, or it is not open to you.", code=code),
            hint=_("Look it up in the list of filing units."),
        )
    policies.require_draft(actor, unit)
    return unit


def _locked_draft(actor: Actor, unit: str, revision: int | None) -> Schedule:
    """The unit's draft, its unit locked before it; raises unless it is a draft of the revision that was read."""
    _locked_unit(actor, unit)
    seen = _draft_of(actor, unit)
    schedule = Schedule.objects.select_for_update(of=("self",)).select_related("unit").get(pk=seen.pk)
    if schedule.state != "draft":
        raise ScheduleFixed(
            _("Version %(version)s of the table of %(unit)s was submitted; it does not change any more.",
              version=schedule.version, unit=unit),
            hint=_("Withdraw its request to go on writing, or make the next version once it is decided."),
        )  # fmt: skip
    if revision is not None and revision != schedule.revision:
        raise ChangedMeanwhile(
            _("Somebody changed the draft of %(unit)s since you read it.", unit=unit),
            hint=_("Look at it again and make your change once more."),
        )
    return schedule


def _bump(actor: Actor, schedule: Schedule, details: dict[str, object]) -> None:
    schedule.revision += 1
    schedule.save()
    said = {**_named(schedule.unit, schedule), "revision": schedule.revision, **details}
    audit.append(actor, events.CHANGED, (SUBJECT, schedule.pk), said)


def _named(unit: Unit, schedule: Schedule) -> dict[str, object]:
    return {"unit": unit.code, "version": schedule.version}
