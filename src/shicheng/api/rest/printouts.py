"""Printouts: made by a job, fetched when it is done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Router, Status

from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.printouts import PrintIn
from shicheng.api.schemas.running import JobOut
from shicheng.base.db import atomic
from shicheng.holdings import policies as holdings
from shicheng.jobs import policies as job_policies
from shicheng.jobs import services as jobs
from shicheng.printing import keeping, policies
from shicheng.printing.services import check_order
from shicheng.printing.work import print_records
from shicheng.settings import current

router = Router(tags=["printouts"])


@router.post("", response={202: JobOut}, auth=needs(policies.PRINT, holdings.READ, job_policies.READ))
def start_printout(request: HttpRequest, body: PrintIn) -> Any:
    """Have a list, end-sheets, spines, covers, stamps or labels made as PDF; lists also as xlsx.

    Of the hits of a query narrowed by filters, or of boxes or volumes named by id, as far as the caller may see them.
    """
    order = body.order()
    check_order(order)
    with atomic():
        job = jobs.enqueue(print_records, actor=actor_of(request), order=order.to_json())
    return Status(202, JobOut.of(job))


@router.get(
    "/{job_id}/content",
    auth=needs(policies.PRINT, job_policies.READ),
    openapi_extra=binary("application/pdf"),
)
def fetch_printout(request: HttpRequest, job_id: UUID) -> FileResponse:
    """What the job made: a PDF, or a workbook. It is kept for seven days."""
    path = keeping.open_printout(actor_of(request), job_id, current())
    mime = keeping.MIMES[path.suffix.removeprefix(".")]
    return FileResponse(path.open("rb"), filename=path.name, as_attachment=True, content_type=mime)
