"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta

from shicheng.approvals.services import expire_requests
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.people.services import SYSTEM


@scheduled(every=timedelta(hours=6))
@job("approvals.expire", label=_("End requests nobody decided on in time"))
def end_late_requests(run: Run) -> dict[str, object]:
    """End every request whose time is over."""
    return {"expired": expire_requests(actor=SYSTEM)}
