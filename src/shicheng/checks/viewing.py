"""A kept report as a page shows it: its four properties, its findings narrowed and paged, what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from shicheng.checks import selectors
from shicheng.checks.models import ManualResult, StoredReport
from shicheng.checks.types import CheckResult, Finding, Level, Outcome, Property, Report
from shicheng.checks.words import LEVELS, OUTCOMES, PROPERTIES
from shicheng.kernel.messages import Message

PAGE = 100


@dataclass(frozen=True, slots=True)
class PropertySummary:
    """One of the four properties in numbers."""

    code: str
    label: Message
    errors: int
    warnings: int
    manual: int  # manual checks nobody has signed
    checked: int
    not_checked: int


@dataclass(frozen=True, slots=True)
class ManualCheck:
    """A check for a person, and its newest signature."""

    check: CheckResult
    signed: ManualResult | None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with its words."""

    finding: Finding
    property: Message
    level: Message


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything the part `checks/parts/report.html` shows."""

    stored: StoredReport
    report: Report
    properties: list[PropertySummary]
    page: Page[FindingRow]
    total: int
    levels: list[tuple[str, Message, int]]
    manual: list[ManualCheck]
    property: str
    level: str
    outcomes: Mapping[Outcome, Message]


def view_report(stored: StoredReport, query: Mapping[str, str]) -> ReportView:
    """Prepare a report for a page; `query` may narrow it by `property` and `level` and name the page."""
    report = Report.from_record(stored.record)
    signed = selectors.manual_results(stored)
    chosen = query.get("property", ""), query.get("level", "")
    rows = [finding for finding in report.findings if finding.level is not Level.MANUAL or finding.ref is not None]
    found = [row for row in rows if chosen[0] in ("", row.property) and chosen[1] in ("", row.level)]
    shown = Paginator([FindingRow(one, PROPERTIES[one.property], LEVELS[one.level]) for one in found], PAGE)
    return ReportView(
        stored=stored,
        report=report,
        properties=[_summary(report, one, signed) for one in Property],
        page=shown.get_page(query.get("page")),
        total=len(rows),
        levels=[(one.value, LEVELS[one], sum(1 for row in rows if row.level is one)) for one in Level],
        manual=[ManualCheck(one, signed.get(one.check)) for one in report.checks if one.result is Outcome.MANUAL],
        property=chosen[0],
        level=chosen[1],
        outcomes=OUTCOMES,
    )


def _summary(report: Report, one: Property, signed: Mapping[str, ManualResult]) -> PropertySummary:
    checks = [check for check in report.checks if check.property is one]
    findings = [finding for finding in report.findings if finding.property is one]
    return PropertySummary(
        code=one.value,
        label=PROPERTIES[one],
        errors=sum(1 for finding in findings if finding.level is Level.ERROR),
        warnings=sum(1 for finding in findings if finding.level is Level.WARNING),
        manual=sum(1 for check in checks if check.result is Outcome.MANUAL and check.check not in signed),
        checked=sum(1 for check in checks if check.result in (Outcome.PASS, Outcome.FAIL)),
        not_checked=sum(1 for check in checks if check.result is Outcome.NOT_CHECKED),
    )
