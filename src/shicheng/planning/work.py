"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta

from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.planning.counting import count_open_plans
from shicheng.planning.watching import watch


@scheduled(every=timedelta(days=7))
@job("planning.watch", lease=300, tries=3, label=_("Look at what units should have filed"))
def watch_units(run: Run, *, unit: str = "") -> dict[str, int]:
    """Bring the findings of every unit, or of one, up to date; twice is once."""
    return watch(actor=run.actor, unit=unit, between=lambda done, total: run.progress(done, total)).to_json()


@scheduled(every=timedelta(days=1))
@job("planning.count", lease=300, tries=3, label=_("Count what came for plans of accessions"))
def count_arrivals(run: Run) -> dict[str, int]:
    """Bring what came up to date in every approved plan that is not closed; twice is once."""
    return {"plans": count_open_plans()}
