"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shicheng.describing import linking
from shicheng.describing.engine import run_changes
from shicheng.describing.grid import finish_saves
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current
from shicheng.storage.log_keeping import keep_log


@job("describing.change", lease=120, tries=5, label=_("Change many descriptions"))
def run_change(run: Run, *, change_id: str) -> dict[str, object]:
    """Make the lines of a batch change, keep them in the store and carry them out."""
    outcome = run_changes(run, change_id=UUID(change_id), settings=current())
    keep_log(current())
    return outcome


@scheduled(every=timedelta(minutes=5))
@job("describing.finish_saves", lease=120, tries=5, label=_("Finish saves of the grid that were cut off"))
def finish_cut_off(run: Run) -> dict[str, int]:
    """Take saves of the grid that a crash left half way to their end; nothing to do is the rule."""
    return {"finished": finish_saves(current(), watch=run.check_cancelled)}


@job("describing.link", lease=120, tries=5, label=_("Link records with an authority"))
def link_authority(run: Run, *, authority_id: str) -> dict[str, int]:
    """Find the records that name an authority; drawn from the descriptions, so it is safe to run twice."""
    return {"links": linking.link_names(UUID(authority_id), current(), watch=run.check_cancelled)}


@scheduled(every=timedelta(minutes=1))
@job("describing.follow", lease=120, tries=5, label=_("Link changed records with authorities"))
def follow_names(run: Run) -> dict[str, int]:
    """Read what was changed since the last time and draw its links anew."""
    return {"entries": linking.follow(watch=run.check_cancelled)}
