"""Jobs: what runs, what waits, what failed."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.running import JobOut, JobPage
from shicheng.jobs import policies, selectors, services

router = Router(tags=["jobs"])


@router.get("", response=JobPage, auth=needs(policies.READ))
def list_jobs(
    request: HttpRequest,
    state: Literal["", "waiting", "running", "done", "failed", "cancelled", "dead"] = "",
    name: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> JobPage:
    """Jobs, newest first."""
    rows = policies.visible(actor_of(request))
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(name=name) if name else rows
    found, following = page(rows, name=f"jobs {state} {name}", cursor=cursor, limit=limit, column="created", down=True)
    return JobPage(items=[JobOut.of(one) for one in found], next=following)


@router.get("/{job_id}", response=JobOut, auth=needs(policies.READ))
def show_job(request: HttpRequest, job_id: UUID) -> JobOut:
    """One job with its progress, its result or why it failed."""
    return JobOut.of(selectors.job(actor_of(request), job_id))


@router.post("/{job_id}/cancel", response={202: JobOut}, auth=needs(policies.READ, policies.CANCEL))
def cancel_job(request: HttpRequest, job_id: UUID) -> Any:
    """Cancel a job: a waiting one at once, a running one between two of its items."""
    return Status(202, JobOut.of(services.cancel(actor=actor_of(request), job=job_id)))


@router.post("/{job_id}/retry", response={202: JobOut}, auth=needs(policies.READ, policies.RETRY))
def retry_job(request: HttpRequest, job_id: UUID) -> Any:
    """Run a failed, dead or cancelled job again."""
    return Status(202, JobOut.of(services.retry(actor=actor_of(request), job=job_id)))
