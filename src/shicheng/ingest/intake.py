"""Taking a batch in, from the path it lies at to the store: what the command line and the web both do."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from shicheng.audit import selectors as audit
from shicheng.ingest import selectors, services
from shicheng.ingest.errors import WorkFailed
from shicheng.ingest.models import Transfer
from shicheng.ingest.receiving import receive_path
from shicheng.ingest.staging import staging_id, staging_of
from shicheng.ingest.types import Outcome, Received
from shicheng.jobs.models import Job
from shicheng.jobs.worker import run_until_done
from shicheng.kernel.messages import message as _
from shicheng.kernel.states import IllegalMove
from shicheng.people.types import Actor
from shicheng.search.follower import IndexFollower, wait_until_indexed
from shicheng.settings import Settings

Progress = Callable[..., None]


def take_in(
    *,
    actor: Actor,
    path: Path,
    settings: Settings,
    passing_reason: str | None = None,
    resubmit: str | None = None,
    progress: Progress = lambda done, total=None, note="": None,
) -> Outcome:
    """Receive, check, decide and store a batch; a batch whose intake was cut off goes on where it stopped.

    A batch without errors is accepted. With errors it waits for a decision, unless `passing_reason` says why
    its sound items may come in. The very same batch sent again gives the outcome it had.
    """
    started = time.monotonic()
    received = receive_path(actor=actor, path=path, settings=settings, resubmit=resubmit, progress=progress)
    with IndexFollower(settings.index_path):
        transfer = _go_on(actor, received, passing_reason, progress)
        if transfer.state == "stored" and not received.known:
            wait_until_indexed(settings.index_path, audit.head_position(), timeout=600)
    if transfer.state == "stored":  # a run before may have been cut off when all but this was done
        staging_of(settings).discard(staging_id(transfer))
    return outcome_of(transfer, seconds=time.monotonic() - started)


def _go_on(actor: Actor, received: Received, passing_reason: str | None, progress: Progress) -> Transfer:
    """Take a received transfer as far as it can go without a person."""
    transfer = selectors.transfer(actor, received.transfer_id)
    if transfer.state in ("received", "checking"):
        services.start_check(actor=actor, transfer_id=transfer.pk)
        transfer = _finish_job(actor, transfer.pk, progress)
    if transfer.state == "checked":
        with suppress(IllegalMove):  # somebody accepted it a moment ago
            services.accept(actor=actor, transfer_id=transfer.pk)
        transfer = _finish_job(actor, transfer.pk, progress)
    elif transfer.state == "failed" and passing_reason:
        services.accept_passing(actor=actor, transfer_id=transfer.pk, reason=passing_reason)
        transfer = _finish_job(actor, transfer.pk, progress)
    elif transfer.state in ("accepted", "partly_accepted"):
        services.go_on_storing(actor=actor, transfer_id=transfer.pk)
        transfer = _finish_job(actor, transfer.pk, progress)
    return transfer


def outcome_of(transfer: Transfer, *, seconds: float) -> Outcome:
    """What became of a transfer up to now."""
    stored = transfer.state == "stored"
    return Outcome(
        transfer=transfer.number,
        state=transfer.state,
        accepted=transfer.accepted if stored else 0,
        held=transfer.held if stored else transfer.items,
        files=transfer.files,
        bytes=transfer.bytes,
        seconds=seconds,
        report=str(transfer.report) if transfer.report else None,
    )


def _finish_job(actor: Actor, transfer_id: UUID, progress: Progress) -> Transfer:
    """Run the transfer's job here, or follow it where it runs, and return the transfer as it is then."""
    transfer = selectors.transfer(actor, transfer_id)
    if transfer.job is None:
        return transfer

    def show(job: Job) -> None:
        progress(job.progress_done or 0, job.progress_total, str(job.note or ""))

    job = run_until_done(transfer.job, on_progress=show, inline=True)
    if job.state != "done":
        raise WorkFailed(
            _(
                "The work on transfer %(number)s stopped: %(reason)s",
                number=transfer.number,
                reason=job.error or job.state,
            ),
            hint=_("Mend the cause and start the same command again; it goes on where it stopped."),
        )
    return selectors.transfer(actor, transfer_id)
