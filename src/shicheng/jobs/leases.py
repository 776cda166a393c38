"""The rows' side of running jobs: claim, keep, report, settle.

Every write about a running job names the token of its claim. A worker that was taken for dead
and comes back finds another token in the row, and nothing it says counts any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shicheng.base.db import atomic
from shicheng.jobs import registry
from shicheng.jobs.errors import UnknownJob
from shicheng.jobs.models import Job
from shicheng.jobs.names import is_gone
from shicheng.jobs.outcomes import LOST, Outcome, Task, died
from shicheng.jobs.states import JOB
from shicheng.jobs.types import State
from shicheng.kernel import clock

_LONGEST_BACKOFF = 300.0  # seconds

Progress = tuple[int | None, int | None, dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Signs:
    """What a look at the rows of running jobs showed."""

    lost: frozenset[UUID]
    cancelled: frozenset[UUID]


def claim(worker: str, *, names: Iterable[str] | None = None, only: UUID | None = None) -> Task | None:
    """Take the next job that is due, or whose worker was not heard of in time; None if there is none.

    Jobs this program does not know are left to one that does.
    """
    known = set(registry.names())
    wanted = sorted(known if names is None else known & set(names))
    # Two questions, not one with OR: each has an index that fits, however many jobs are done.
    for state in (State.RUNNING, State.WAITING):
        while _candidates(state, wanted, only).exists():  # asked without the write lock
            row = _take(worker, state, wanted, only)
            if row is None:
                break
            if row.state == State.RUNNING:
                return _task(row)
    return None


def _take(worker: str, state: State, names: list[str], only: UUID | None) -> Job | None:
    """Lock the next candidate and begin it, or end it if it may not be tried again; None if there is none."""
    with atomic():
        row = (
            _candidates(state, names, only)
            .select_for_update(skip_locked=True)
            .order_by("-priority", "run_after", "id")
            .first()
        )
        if row is None:
            return None
        if state == State.RUNNING and (row.cancel_requested or row.attempts >= row.tries):
            settle(row.pk, row.lease_token, died("its worker was not heard of until the lease ended"))
            row.refresh_from_db()
            return row
        now = clock.now()
        if state == State.WAITING:
            row.state = JOB.next(row.state, "claim")
        row.attempts += 1
        row.lease_token += 1
        row.lease_until = now + timedelta(seconds=row.lease)
        row.worker = worker
        row.started = now
        row.progress_done = row.progress_total = row.note_json = None
        row.save(
            update_fields=[
                "state", "attempts", "lease_token", "lease_until", "worker", "started",
                "progress_done", "progress_total", "note_json",
            ]
        )  # fmt: skip
    return row


def _task(row: Job) -> Task:
    return Task(
        job_id=row.pk,
        token=row.lease_token,
        name=row.name,
        module=registry.find_job(row.name).module,
        arguments=row.arguments,
        attempt=row.attempts,
        actor=row.actor,
        lease=row.lease,
    )


def keep(leases: Mapping[UUID, int]) -> None:
    """Prolong leases, given as job and token; those that were lost are left alone."""
    with atomic():
        now = clock.now()
        for job_id, token in leases.items():
            for seconds in _mine(job_id, token).values_list("lease", flat=True):
                _mine(job_id, token).update(lease_until=now + timedelta(seconds=seconds))


def release_gone(*, only: UUID | None = None) -> int:
    """End the leases of workers that ran on this machine and are gone, so that nobody waits for them."""
    rows = Job.objects.filter(state=State.RUNNING, lease_until__gt=clock.now())
    if only is not None:
        rows = rows.filter(pk=only)
    gone = [
        (job_id, token) for job_id, token, worker in rows.values_list("pk", "lease_token", "worker") if is_gone(worker)
    ]
    with atomic():
        return sum(_mine(job_id, token).update(lease_until=clock.now()) for job_id, token in gone)


def look(leases: Mapping[UUID, int]) -> Signs:
    """Tell which leases were lost and which jobs are to be cancelled."""
    rows = {
        job_id: (token, state, cancelled)
        for job_id, token, state, cancelled in Job.objects.filter(pk__in=list(leases)).values_list(
            "pk", "lease_token", "state", "cancel_requested"
        )
    }
    lost = {
        job_id for job_id, token in leases.items()
        if job_id not in rows or rows[job_id][:2] != (token, State.RUNNING)
    }  # fmt: skip
    cancelled = {job_id for job_id, row in rows.items() if row[2] and job_id not in lost}
    return Signs(frozenset(lost), frozenset(cancelled))


def report(job_id: UUID, token: int, progress: Progress) -> bool:
    """Write progress; False if the lease was lost."""
    done, total, note = progress
    return bool(_mine(job_id, token).update(progress_done=done, progress_total=total, note_json=note))


def settle(job_id: UUID, token: int, outcome: Outcome) -> bool:
    """Write how an attempt ended; False if the lease was lost and the outcome does not count."""
    if outcome.kind == LOST:
        return False
    with atomic():
        row = _mine(job_id, token).select_for_update().first()
        if row is None:
            return False
        now = clock.now()
        if outcome.progress is not None:
            row.progress_done, row.progress_total, row.note_json = outcome.progress
        row.error_json = None if outcome.message is None else {"message": outcome.message, "hint": outcome.hint}
        row.error_code = outcome.code
        row.traceback = outcome.traceback
        _move(row, outcome, now)
        row.lease_until = None
        row.save(
            update_fields=[
                "state", "attempts", "run_after", "result", "error_json", "error_code", "traceback", "finished",
                "lease_until", "progress_done", "progress_total", "note_json",
            ]
        )  # fmt: skip
    return True


def _move(row: Job, outcome: Outcome, now: datetime) -> None:
    match outcome.kind:
        case "done":
            verb, row.result = "finish", outcome.result
        case "failed":
            verb = "fail"
        case "cancelled":
            verb = "cancel"
        case _ if row.cancel_requested:
            verb = "cancel"
        case "handed_back" | "later":
            verb = "hand_back"
            row.attempts = max(0, row.attempts - 1)  # not the job's fault
            row.run_after = now + timedelta(seconds=outcome.seconds)
        case _ if row.attempts >= row.tries:
            verb = "bury"
        case _:
            verb = "hand_back"
            row.run_after = now + timedelta(seconds=_backoff(row))
    row.state = JOB.next(row.state, verb)
    row.finished = None if row.state == State.WAITING else now


def _backoff(row: Job) -> float:
    try:
        first = registry.find_job(row.name).backoff
    except UnknownJob:
        first = 2.0
    return float(min(_LONGEST_BACKOFF, first * 2 ** min(20, max(0, row.attempts - 1))))


def _candidates(state: State, names: list[str], only: UUID | None) -> QuerySet[Job]:
    rows = Job.objects.filter(state=state, name__in=names)
    if state == State.RUNNING:
        rows = rows.filter(lease_until__lt=clock.now())
    else:
        rows = rows.filter(run_after__lte=clock.now())
    return rows if only is None else rows.filter(pk=only)


def _mine(job_id: UUID, token: int) -> QuerySet[Job]:
    return Job.objects.filter(pk=job_id, lease_token=token, state=State.RUNNING)
