"""Exports: made by a job, fetched when it is done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Router, Status

from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.running import ExportIn, JobOut
from shicheng.base.db import atomic
from shicheng.exchange import policies
from shicheng.exchange.keeping import open_export
from shicheng.exchange.services import check_form
from shicheng.exchange.work import export_records
from shicheng.holdings import policies as holdings
from shicheng.jobs import policies as job_policies
from shicheng.jobs import services as jobs
from shicheng.settings import current

router = Router(tags=["exports"])


# A job runs with all that the roles of its actor allow: who may start one must be allowed to read records too.
@router.post("", response={202: JobOut}, auth=needs(policies.EXPORT, holdings.READ, job_policies.READ))
def start_export(request: HttpRequest, body: ExportIn) -> Any:
    """Have records written as bagit, eep (DA/T 48), da93 (DA/T 93), or as a table of the catalogue: csv or xlsx.

    All hits of the query, narrowed by the filters, as far as the caller may see them. Tables take `columns`.
    """
    check_form(body.form, body.columns)
    with atomic():
        job = jobs.enqueue(
            export_records, actor=actor_of(request), form=body.form, selection=body.selection().to_json(),
            columns=body.columns,
        )  # fmt: skip
    return Status(202, JobOut.of(job))


@router.get(
    "/{job_id}/content",
    auth=needs(policies.EXPORT, job_policies.READ),
    openapi_extra=binary("application/octet-stream"),
)
def fetch_export(request: HttpRequest, job_id: UUID) -> FileResponse:
    """What the job wrote: a tar file, or the table. It is kept for seven days."""
    path = open_export(actor_of(request), job_id, current())
    return FileResponse(
        path.open("rb"), filename=path.name, as_attachment=True, content_type="application/octet-stream"
    )
