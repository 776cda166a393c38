"""Jobs of this room: receiving a batch, checking it, building it into the store, and looking after what arrives."""

from __future__ import annotations

from datetime import timedelta

from shicheng.ingest import arriving, watching
from shicheng.ingest.accession import store_accepted
from shicheng.ingest.checking import check_staged
from shicheng.ingest.rechecking import recheck_weekly
from shicheng.ingest.taking import receive_sent
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current
from shicheng.storage.log_keeping import keep_log

__all__ = ["recheck_weekly"]  # a job of this room too


@job("ingest.receive", lease=120, tries=5, label=_("Receive a transfer"))
def receive_transfer(run: Run, *, transfer_id: str) -> dict[str, object]:
    """Copy a batch that was sent into staging with its digests, and have it checked."""
    return receive_sent(run, transfer_id=transfer_id, settings=current())


@scheduled(every=timedelta(hours=1))
@job("ingest.uploads", lease=120, tries=5, label=_("Clear abandoned uploads away"))
def expire_uploads(run: Run) -> dict[str, int]:
    """Give up uploads nobody went on with, and clear away what ended ones left."""
    return {"expired": arriving.expire(current())}


@scheduled(every=timedelta(seconds=20), when=lambda: bool(current().watched_folder))
@job("ingest.watch", lease=60, tries=5, label=_("Look into the watched folder"))
def watch_folder(run: Run) -> dict[str, int]:
    """Notice what lies in the watched folder and have what is complete taken in."""
    return watching.look(run, settings=current())


@job("ingest.take_watched", lease=120, tries=5, label=_("Take in a batch of the watched folder"))
def take_watched(run: Run, *, batch_id: str) -> dict[str, object]:
    """Take one complete batch of the watched folder in as a transfer, once."""
    return watching.take(run, batch_id=batch_id, settings=current())


@job("ingest.check", lease=120, tries=5, label=_("Check a transfer"))
def check_transfer(run: Run, *, transfer_id: str) -> dict[str, object]:
    """Run the plan of the stage over a staged transfer and keep the report."""
    return check_staged(run, transfer_id=transfer_id, settings=current())


@job("ingest.store", lease=120, tries=5, label=_("Store a transfer"))
def store_transfer(run: Run, *, transfer_id: str) -> dict[str, object]:
    """Build the accepted items of a transfer into the store and register them."""
    outcome = store_accepted(run, transfer_id=transfer_id, settings=current())
    # The log of what was accepted lies beside it in the store: a rebuild loses neither.
    keep_log(current())
    return outcome
