"""Shapes of check reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In, Out
from shicheng.checks.models import StoredReport
from shicheng.checks.types import CheckKind, Report


class FindingOut(Out):
    """One thing a check found, with what to do about it."""

    check: str
    property: str
    level: str
    ref: str | None
    path: str | None
    message: str
    expected: str | None
    found: str | None
    advice: str | None


class CheckOut(Out):
    """How one check came out."""

    check: str
    title: str
    result: str
    seconds: float
    property: str
    reason: str | None


class ReportOut(Out):
    """A check report, in the shape `shicheng check --json` prints."""

    kind: str
    items: int
    files: int
    bytes: int
    verdict: str
    findings: list[FindingOut]
    checks: list[CheckOut]

    @classmethod
    def of(cls, report: Report) -> ReportOut:
        """Show a report in the present language."""
        return cls.model_validate(_plain(report.to_json()))


class ReportRow(Out):
    """A kept report in a list."""

    id: UUID
    transfer: str
    subject_kind: str
    subject_id: str
    stage: str
    run: int
    fonds: str
    verdict: str
    errors: int
    warnings: int
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, one: StoredReport) -> ReportRow:
        """Show a kept report."""
        return cls(
            id=one.pk, transfer=one.transfer, subject_kind=one.subject_kind, subject_id=one.subject_id,
            stage=one.stage, run=one.run, fonds=one.fonds_code, verdict=one.verdict, errors=one.errors,
            warnings=one.warnings, made_by=one.made_by, made_at=one.made_at,
        )  # fmt: skip


class ReportPage(Out):
    """One page of kept reports, newest first."""

    items: list[ReportRow]
    next: str


class KindOut(Out):
    """A check that is carried out at a stage."""

    code: str
    title: str
    property: str
    manual: bool
    blocking: bool

    @classmethod
    def of(cls, one: CheckKind) -> KindOut:
        """Show a kind of check."""
        return cls(
            code=one.code, title=str(one.title), property=one.property.value, manual=one.manual, blocking=one.blocking
        )


class SignatureIn(In):
    """What a person saw who carried out a manual check."""

    check: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    passed: bool
    remark: Annotated[str, Field(max_length=5000, pattern=NO_NUL)] = ""


class SignatureOut(Out):
    """A signed manual check."""

    check: str
    passed: bool
    remark: str
    signed_by: str
    signed_at: datetime


def _plain(value: object) -> object:
    """The same with half characters, as names on disks may have them, shown as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
