"""Jobs of this room: writing exports, and forgetting those that were kept long enough."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shicheng.exchange.keeping import forget_old, write_export
from shicheng.exchange.types import Selection
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current


@job("exchange.export", lease=120, tries=3, label=_("Write an export"))
def export_records(
    run: Run, *, form: str, selection: dict[str, Any] | None = None, columns: list[str] | None = None
) -> dict[str, Any]:
    """Write chosen records to a file that waits to be fetched, as far as whoever asked may see them."""
    return write_export(
        actor=run.actor, job_id=run.job_id, form=form, selection=Selection.from_json(selection or {}),
        columns=columns or [], settings=current(), progress=run.progress,
    )  # fmt: skip


@scheduled(every=timedelta(days=1))
@job("exchange.forget", label=_("Remove exports that were kept long enough"))
def forget_exports(run: Run) -> dict[str, int]:
    """Delete exports a week after they were written."""
    return {"forgotten": forget_old(current())}
