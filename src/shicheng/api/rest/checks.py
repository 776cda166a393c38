"""Checks: trying a batch without sending it, kept reports, signatures of what a person looked at."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Query, Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.checks import (
    KindOut,
    ReportOut,
    ReportPage,
    ReportRow,
    SignatureIn,
    SignatureOut,
)
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.uploads import BODY, FileName, received_body
from shicheng.checks import policies, selectors, services
from shicheng.checks.engine import check_path
from shicheng.checks.models import StoredReport
from shicheng.checks.paper import write_paper
from shicheng.checks.scanner import find_scanner
from shicheng.checks.types import Report, Stage
from shicheng.checks.workbook import write_workbook
from shicheng.formats.types import Budget
from shicheng.settings import current

router = Router(tags=["checks"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
StageCode = Annotated[Literal["GD", "YJ"], Query(description="GD filing, YJ transfer and receipt.")]


@router.get("/checks", response=list[KindOut], auth=needs(policies.READ))
def list_kinds(request: HttpRequest, stage: StageCode = "YJ") -> list[KindOut]:
    """What is checked at a stage, as it holds in this archive."""
    return [KindOut.of(one) for one in selectors.catalogue(Stage(stage))]


@router.post("/checks", response=ReportOut, auth=needs(policies.RUN), openapi_extra=BODY)
def try_batch(request: HttpRequest, name: FileName, stage: StageCode = "YJ") -> ReportOut:
    """Check a batch for the four properties without keeping anything of it. The answer comes when it is done."""
    settings = current()
    with received_body(request, name=name, settings=settings) as path:
        report = check_path(
            path, stage=stage, scanner=find_scanner(settings.scanner), workers=settings.workers,
            budget=Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory), scratch=path.parent,
        )  # fmt: skip
    return ReportOut.of(report)


@router.get("/reports", response=ReportPage, auth=needs(policies.READ))
def list_reports(request: HttpRequest, transfer: Filter = "", cursor: Cursor = "", limit: Limit = 50) -> ReportPage:
    """Kept reports, newest first, of all transfers or of one."""
    rows = selectors.reports(actor_of(request), transfer=transfer)
    found, following = page(rows, name=f"reports {transfer}", cursor=cursor, limit=limit, column="made_at", down=True)
    return ReportPage(items=[ReportRow.of(one) for one in found], next=following)


@router.get("/reports/{report_id}", response=ReportOut, auth=needs(policies.READ))
def show_report(request: HttpRequest, report_id: UUID) -> ReportOut:
    """One kept report."""
    return ReportOut.of(Report.from_record(selectors.report(actor_of(request), report_id).record))


@router.get("/reports/{report_id}/workbook", auth=needs(policies.READ), openapi_extra=binary(XLSX))
def fetch_workbook(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """A kept report as a workbook to send to the office."""
    stored = selectors.report(actor_of(request), report_id)
    return _download(write_workbook(stored), XLSX, f"{_name(stored)}.xlsx")


@router.get("/reports/{report_id}/paper", auth=needs(policies.READ), openapi_extra=binary("application/pdf"))
def fetch_paper(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """A kept report as a form to be signed, as PDF."""
    stored = selectors.report(actor_of(request), report_id)
    content = write_paper(stored, language=get_language() or "zh-hans")
    return _download(content, "application/pdf", f"{_name(stored)}.pdf")


@router.post("/reports/{report_id}/signatures", response={201: SignatureOut}, auth=needs(policies.READ, policies.SIGN))
def sign_check(request: HttpRequest, report_id: UUID, body: SignatureIn) -> Any:
    """Sign a check that a person carried out; one that failed needs a remark."""
    signed = services.sign_manual_check(
        actor=actor_of(request), report_id=report_id, check=body.check, passed=body.passed, remark=body.remark
    )
    return Status(
        201,
        SignatureOut(
            check=signed.check_code, passed=signed.passed, remark=signed.remark, signed_by=signed.signed_by,
            signed_at=signed.signed_at,
        ),
    )  # fmt: skip


def _name(stored: StoredReport) -> str:
    return f"{stored.transfer or stored.subject_id}-{stored.stage}-{stored.run}"


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
