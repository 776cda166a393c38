"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shicheng.arranging import collecting, filing
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current


@job("arranging.collect", lease=120, tries=5, label=_("Take files into the pool"))
def collect(run: Run, *, batch_id: str) -> dict[str, object]:
    """Copy sent files into staging with their digests and list them in the pool."""
    batch = collecting.take_batch(actor=run.actor, batch_id=UUID(batch_id), settings=current(), run=run)
    return {"files": batch.files_count, "bytes": batch.bytes}


@job("arranging.file", lease=120, tries=5, label=_("File items of the pool"))
def file_items(run: Run, *, filing_id: str) -> dict[str, object]:
    """Write chosen items as a transfer folder and hand it over."""
    return filing.send(run, filing_id=UUID(filing_id), settings=current())


@scheduled(every=timedelta(seconds=5), when=filing.any_to_settle)
@job("arranging.settle", lease=60, tries=5, label=_("See what became of filed items"))
def settle(run: Run) -> dict[str, int]:
    """Close what was accepted, and give back into the pool what was returned or held."""
    return {"settled": filing.settle_all(run.actor, current())}
