"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta

from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current
from shicheng.storage import log_keeping, services

keep_log_daily = log_keeping.keep_log_daily  # stands where the log is kept


@scheduled(every=timedelta(days=1))
@job("storage.verify_due", lease=120, tries=5, label=_("Verify what is due"))
def verify_due(run: Run) -> dict[str, object]:
    """Verify the objects whose turn it is; what is found is kept as it is found, so a second run goes on."""
    report = services.verify_due(run.actor, current(), on_progress=run.progress)
    return {"objects": report.objects, "bytes": report.bytes, "damages": len(report.damaged)}


@job("storage.verify", lease=120, tries=3, label=_("Verify the whole store"))
def verify_all(run: Run) -> dict[str, object]:
    """Verify every object, and the database against the store both ways."""
    report = services.verify(run.actor, current(), on_progress=run.progress)
    return {"objects": report.objects, "bytes": report.bytes, "damages": len(report.damaged)}
