"""Jobs of this room: writing printouts, and forgetting those that were kept long enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.printing.keeping import forget_old, write_printout
from shicheng.printing.types import Order
from shicheng.settings import current


@job("printing.print", lease=120, tries=3, label=_("Print"))
def print_records(run: Run, *, order: dict[str, Any]) -> dict[str, Any]:
    """Write a printout to a file that waits to be fetched, as far as whoever asked may see the records."""
    return write_printout(
        actor=run.actor, job_id=run.job_id, order=Order.from_json(order), settings=current(), progress=run.progress
    )


@scheduled(every=timedelta(days=1))
@job("printing.forget", label=_("Remove printouts that were kept long enough"))
def forget_printouts(run: Run) -> dict[str, int]:
    """Delete printouts a week after they were written."""
    return {"forgotten": forget_old(current())}
