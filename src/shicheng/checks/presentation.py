"""A report as people read it: by property, with counts, and what a person signed. Pure; languages by messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shicheng.checks.types import CheckResult, Finding, Level, Outcome, Property, Report, Verdict
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

PROPERTY_NAMES: dict[Property, Message] = {
    Property.AUTHENTICITY: _("Authenticity"),
    Property.INTEGRITY: _("Integrity"),
    Property.USABILITY: _("Usability"),
    Property.SECURITY: _("Security"),
}
OUTCOME_NAMES: dict[Outcome, Message] = {
    Outcome.PASS: _("passed"),
    Outcome.FAIL: _("failed"),
    Outcome.MANUAL: _("for a person"),
    Outcome.NOT_CHECKED: _("not checked"),
}
LEVEL_NAMES: dict[Level, Message] = {
    Level.ERROR: _("Fault"),
    Level.WARNING: _("Warning"),
    Level.MANUAL: _("For a person"),
}
VERDICT_NAMES: dict[Verdict, Message] = {
    Verdict.PASS: _("All checks passed"),
    Verdict.FAIL: _("Faults were found"),
    Verdict.REVIEW: _("No fault was found; something waits for a person"),
}
STAGE_NAMES: dict[str, Message] = {
    "GD": _("Filing"),
    "YJ": _("Transfer and receipt"),
    "BC": _("Long-term preservation"),
}


@dataclass(frozen=True, slots=True)
class Signed:
    """What a person signed for one manual check."""

    passed: bool
    remark: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class PropertySummary:
    """One of the four properties on one card."""

    of: Property
    name: Message
    errors: int
    warnings: int
    waiting: int  # manual checks nobody signed
    looked: int  # checks that looked
    not_checked: int

    @property
    def tone(self) -> str:
        """The class of the tag: bad, warn or good."""
        return "bad" if self.errors else ("warn" if self.warnings or self.waiting else "good")

    @property
    def line(self) -> Message:
        """One line on how it came out."""
        if self.errors:
            return _("%(count)d faults", count=self.errors)
        if self.warnings:
            return _("%(count)d warnings", count=self.warnings)
        if self.waiting:
            return _("%(count)d wait for a person", count=self.waiting)
        return _("sound")


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check with what a person signed for it, if it is manual."""

    result: CheckResult
    outcome: Message
    signed: Signed | None

    @property
    def tone(self) -> str:
        """The class of the tag."""
        if self.signed is not None:
            return "good" if self.signed.passed else "bad"
        return {Outcome.PASS: "good", Outcome.FAIL: "bad", Outcome.MANUAL: "warn"}.get(self.result.result, "plain")


@dataclass(frozen=True, slots=True)
class Presentation:
    """Everything a page or form shows of a report."""

    report: Report
    verdict: Message
    stage: Message
    properties: list[PropertySummary]
    faults: list[Finding]  # errors first, then warnings
    manual: list[CheckLine]
    checks: list[CheckLine]

    @property
    def checked_at(self) -> str:
        """When the checks began, in the time zone of this process (Django sets it to that of the archive)."""
        started = self.report.started
        return datetime.fromisoformat(started).astimezone().strftime("%Y-%m-%d %H:%M") if started else ""


def present(report: Report, signed: Mapping[str, Signed] | None = None) -> Presentation:
    """Arrange a report for people; `signed` are the newest signatures by check code."""
    signed = signed or {}
    counts = report.counts()
    lines = [CheckLine(check, OUTCOME_NAMES[check.result], signed.get(check.check)) for check in report.checks]
    summaries = []
    for one in Property:
        own = [line for line in lines if line.result.property is one]
        failed_by_hand = sum(1 for line in own if line.signed is not None and not line.signed.passed)
        summaries.append(
            PropertySummary(
                of=one,
                name=PROPERTY_NAMES[one],
                errors=counts[one.value][Level.ERROR.value] + failed_by_hand,
                warnings=counts[one.value][Level.WARNING.value],
                waiting=sum(1 for line in own if line.result.result is Outcome.MANUAL and line.signed is None),
                looked=sum(1 for line in own if line.result.result in (Outcome.PASS, Outcome.FAIL)),
                not_checked=sum(1 for line in own if line.result.result is Outcome.NOT_CHECKED),
            )
        )
    return Presentation(
        report=report,
        verdict=VERDICT_NAMES[report.verdict],
        stage=STAGE_NAMES[report.stage.value],
        properties=summaries,
        faults=[finding for finding in report.findings if finding.level is not Level.MANUAL],
        manual=[line for line in lines if line.result.result is Outcome.MANUAL],
        checks=lines,
    )
