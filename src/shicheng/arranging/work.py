"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shicheng.arranging import collecting, filing, forming_all, settling
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current


@job("arranging.collect", lease=120, tries=5, label=_("Take files into the pool"))
def collect(run: Run, *, batch_id: str) -> dict[str, object]:
    """Copy sent files into staging with their digests and list them in the pool."""
    batch = collecting.take_batch(actor=run.actor, batch_id=UUID(batch_id), settings=current(), run=run)
    return {"files": batch.files_count, "bytes": batch.bytes}


@job("arranging.form", lease=120, tries=5, label=_("Form the items that are proposed"))
def form_all(run: Run, *, fonds: str, year: int, singles: bool) -> dict[str, int]:
    """Form every item the rules are sure of, part by part; with `singles` also one of each file left over."""
    return {"items": forming_all.form_in_parts(actor=run.actor, fonds=fonds, year=year, singles=singles, run=run)}


@job("arranging.file", lease=120, tries=5, label=_("File items of the pool"))
def file_items(run: Run, *, filing_id: str) -> dict[str, object]:
    """Write chosen items as a transfer folder and hand it over."""
    return filing.send(run, filing_id=UUID(filing_id), settings=current())


@scheduled(every=timedelta(seconds=5), when=settling.any_to_settle)
@job("arranging.settle", lease=60, tries=5, label=_("See what became of filed items"))
def settle(run: Run) -> dict[str, int]:
    """Close what was accepted, and give back into the pool what was returned or held."""
    return {"settled": settling.settle_all(run.actor, current())}
