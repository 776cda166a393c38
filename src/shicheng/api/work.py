"""Jobs of this door: exports, sending news, forgetting what was kept long enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shicheng.api.exporting import write_export
from shicheng.api.idempotency import forget_old
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current


@job("api.export", lease=120, tries=3, label=_("Write an export"))
def export_records(run: Run, *, form: str, query: str) -> dict[str, Any]:
    """Write the records a query finds to a file that waits to be fetched."""
    return write_export(
        actor=run.actor, job_id=run.job_id, form=form, query=query, settings=current(), progress=run.progress
    )


@scheduled(every=timedelta(hours=6))
@job("api.forget", label=_("Forget kept answers of the API"))
def forget_answers(run: Run) -> dict[str, int]:
    """Delete answers that were kept for idempotency keys for a day."""
    return {"forgotten": forget_old()}
