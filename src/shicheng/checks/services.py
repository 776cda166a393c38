"""Runs plans over packages, keeps reports, takes signatures and edits of the tables."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Max

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.checks import engine, events, policies, selectors
from shicheng.checks.acceptance import acceptance
from shicheng.checks.catalogue import apply_edit, find_kind
from shicheng.checks.context import Database, Observer, Progress
from shicheng.checks.errors import BrokenTable, NotManual, RemarkMissing
from shicheng.checks.models import ManualResult, StoredReport, TableEdit
from shicheng.checks.scanner import Scanner
from shicheng.checks.schemes import scheme_of
from shicheng.checks.types import Level, Report, Stage
from shicheng.formats.pool import InspectionPool
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.packages.types import Package
from shicheng.people import policies as people
from shicheng.people.types import Actor

_TABLES = frozenset(name for name, _label in TableEdit.TABLES)


def run_plan(
    *,
    actor: Actor,
    package: Package,
    stage: Stage = Stage.TRANSFER,
    pool: InspectionPool | None = None,
    scanner: Scanner | None = None,
    database: Database | None = None,
    observer: Observer | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run the plan in force in this archive over a package. Slow: never call it inside a transaction."""
    people.require(actor, policies.RUN, fonds=package.statement.fonds_code)
    return engine.check_package(
        package,
        stage=stage,
        pool=pool,
        scanner=scanner,
        database=database,
        observer=observer,
        progress=progress,
        edits=selectors.edits(),
    )


def store_report(
    *, actor: Actor, report: Report, subject: tuple[str, str], transfer: str = "", restored: UUID | None = None
) -> StoredReport:
    """Keep a report for ever under its subject, as the next run of its stage.

    `restored` is the id of a report that is read back from the store; one that is there already is left alone.
    """
    people.require(actor, policies.RUN, fonds=report.fonds_code or None)
    with atomic():
        known = StoredReport.objects.filter(pk=restored).first() if restored else None
        if known is not None:
            return known
        last = StoredReport.objects.filter(
            subject_kind=subject[0], subject_id=str(subject[1]), stage=report.stage.value
        ).aggregate(run=Max("run"))["run"]
        levels = [finding.level for finding in report.findings]
        stored = StoredReport.objects.create(
            **({"pk": restored} if restored else {}),
            subject_kind=subject[0],
            subject_id=str(subject[1]),
            transfer=transfer,
            stage=report.stage.value,
            run=(last or 0) + 1,
            fonds_code=report.fonds_code[:40],
            verdict=report.verdict.value,
            errors=levels.count(Level.ERROR),
            warnings=levels.count(Level.WARNING),
            record=_storable(report.to_record()),
            made_by=actor.name[:200],
            made_at=clock.now(),
        )
        audit.append(
            actor,
            events.REPORT_STORED,
            (subject[0], str(subject[1])),
            {
                "report": str(stored.pk),
                "run": stored.run,
                "stage": stored.stage,
                "verdict": stored.verdict,
                "errors": stored.errors,
                "warnings": stored.warnings,
            },
        )
    return stored


def sign_manual_check(*, actor: Actor, report_id: UUID, check: str, passed: bool, remark: str = "") -> ManualResult:
    """Sign a check that a person did; one that failed needs a remark. Earlier signatures stay."""
    stored = selectors.report(actor, report_id)
    people.require(actor, policies.SIGN, fonds=stored.fonds_code or None)
    manual = {one["check"] for one in stored.record["checks"] if one["result"] == "manual"}
    if check not in manual:
        raise NotManual(
            _("The check %(check)s of this report is not one that a person signs.", check=check),
            hint=_("Only checks marked as manual are signed; run the plan again for the others."),
        )
    if not passed and not remark.strip():
        raise RemarkMissing(
            _("The check %(check)s was signed as failed without saying what is wrong.", check=check),
            hint=_("Write what you saw into the remark."),
        )
    with atomic():
        signed = ManualResult.objects.create(
            report=stored,
            check_code=check,
            passed=passed,
            remark=remark.strip(),
            signed_by=actor.name[:200],
            signed_by_id=actor.user_id,
            signed_at=clock.now(),
        )
        audit.append(
            actor,
            events.MANUAL_SIGNED,
            (stored.subject_kind, stored.subject_id),
            {
                "report": str(stored.pk),
                "check": check,
                "result": "pass" if passed else "fail",
                "remark": remark.strip(),
            },
        )
    return signed


def edit_table(*, actor: Actor, table: str, key: str, value: dict[str, Any], note: str = "") -> TableEdit:
    """Lay an own row over a table: `kinds` by code, `plans` by "stage category", `formats` by category, `scheme`."""
    people.require(actor, policies.EDIT)
    _try(table, key, value)
    with atomic():
        edit = TableEdit.objects.create(
            table=table, key=key, value=value, note=note, made_by=actor.name[:200], made_at=clock.now()
        )
        audit.append(actor, events.TABLE_EDITED, ("checks_table", table), {"table": table, "key": key, "note": note})
    return edit


def _try(table: str, key: str, value: dict[str, Any]) -> None:
    """Use the edit once, so that a broken one is refused now and not in the middle of a run."""
    if table not in _TABLES:
        raise BrokenTable(_("There is no table %(table)s.", table=table))
    try:
        if table == "kinds":
            apply_edit(find_kind(key), value)
        elif table == "plans":
            Stage(key.partition(" ")[0])
            frozenset(value["without"])
        elif table == "formats":
            acceptance(key, {key: value})
        else:
            scheme_of(key, {key: value})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenTable(
            _("The row %(key)s does not fit the table %(table)s: %(reason)s.", key=key, table=table, reason=str(error)),
            hint=_("Compare it with the rows that come with the program."),
        ) from error


def _storable(value: Any) -> Any:
    """Return the record with what no database keeps (NUL, lone surrogates) shown as escapes."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            return "".join(f"\\u{ord(c):04x}" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in value)
        return value
    if isinstance(value, dict):
        return {key: _storable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return value
