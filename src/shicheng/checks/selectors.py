"""Reports as they are kept, what was signed, and the tables in force."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from shicheng.checks import policies
from shicheng.checks.catalogue import kinds_of
from shicheng.checks.errors import UnknownReport
from shicheng.checks.models import ManualResult, StoredReport, TableEdit
from shicheng.checks.presentation import Signed
from shicheng.checks.schemes import scheme_of
from shicheng.checks.types import CheckKind, Report, Stage
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor


def reports(actor: Actor, *, subject: tuple[str, str] | None = None, transfer: str = "") -> QuerySet[StoredReport]:
    """Return the reports the actor may see, the newest first, without their records."""
    found = policies.visible(actor).defer("record")
    if subject is not None:
        found = found.filter(subject_kind=subject[0], subject_id=str(subject[1]))
    if transfer:
        found = found.filter(transfer=transfer)
    return found.order_by("-made_at", "-run")


def report(actor: Actor, report_id: UUID) -> StoredReport:
    """Return one report the actor may see; raise `UnknownReport` otherwise."""
    found = policies.visible(actor).filter(pk=report_id).first()
    if found is None:
        raise _unknown()
    return found


def latest(actor: Actor, *, subject: tuple[str, str]) -> StoredReport | None:
    """Return the newest report on a subject that the actor may see."""
    return (
        policies.visible(actor)
        .filter(subject_kind=subject[0], subject_id=str(subject[1]))
        .order_by("-made_at", "-run")
        .first()
    )


def load_report(report_id: UUID | None) -> Report:
    """Read a kept report back; for the rooms that work with it, which have asked for leave themselves."""
    found = StoredReport.objects.filter(pk=report_id).first() if report_id is not None else None
    if found is None:
        raise _unknown()
    return Report.from_record(found.record)


def manual_results(stored: StoredReport) -> dict[str, ManualResult]:
    """Return the newest signature of each manual check of a report, by code."""
    return {one.check_code: one for one in stored.manual_results.order_by("signed_at", "id")}


def signatures(stored: StoredReport) -> dict[str, Signed]:
    """Return the newest signatures in the form reports are shown with."""
    return {
        code: Signed(
            one.passed, one.remark, one.signed_by, timezone.localtime(one.signed_at).strftime("%Y-%m-%d %H:%M")
        )
        for code, one in manual_results(stored).items()
    }


def open_manual_checks(stored: StoredReport) -> list[str]:
    """Return the codes of manual checks of a report that nobody has signed."""
    signed = set(stored.manual_results.values_list("check_code", flat=True))
    return [
        check["check"]
        for check in stored.record["checks"]
        if check["result"] == "manual" and check["check"] not in signed
    ]


def edits() -> dict[str, Any]:
    """Return the archive's own rows over the tables, in the form the engine takes."""
    newest: dict[tuple[str, str], Any] = {}
    for edit in TableEdit.objects.order_by("made_at", "id"):
        newest[edit.table, edit.key] = edit.value
    laid: dict[str, Any] = {"kinds": {}, "plans": {}, "formats": {}, "scheme": {}}
    for (table, key), value in newest.items():
        if table == "plans":
            stage, _space, category = key.partition(" ")
            laid["plans"][stage, category or "*"] = value
        else:
            laid[table][key] = value
    return laid


def catalogue(stage: Stage) -> list[CheckKind]:
    """Return the check kinds of a stage as they hold in this archive."""
    return kinds_of(stage, edits()["kinds"])


def _unknown() -> UnknownReport:
    return UnknownReport(
        _("No check report is kept under this address, or it is not open to you."),
        hint=_("Open the transfer and choose a report from its list of runs."),
    )


def refused_levels() -> tuple[str, ...]:
    """The secrecy levels (密级) above the highest this archive may hold: such records are refused at every door."""
    scheme = scheme_of("*", edits()["scheme"])
    order = scheme.secrecy_order
    return order[order.index(scheme.ceiling) + 1 :] if scheme.ceiling in order else ()
