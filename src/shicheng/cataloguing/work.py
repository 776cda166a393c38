"""Jobs of this room: looking at a catalogue, trying it, taking it in, undoing that, and attaching files."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shicheng.cataloguing.attachments import forget_old_files, run_attachment
from shicheng.cataloguing.importing import run_import
from shicheng.cataloguing.trials import forget_old_trials
from shicheng.cataloguing.trying import run_look, run_try
from shicheng.cataloguing.undoing import run_undo
from shicheng.holdings.filling import make_orders, missing_orders
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.jobs.selectors import is_under_way
from shicheng.kernel.messages import message as _
from shicheng.settings import current
from shicheng.storage.log_keeping import keep_log


@job("cataloguing.import", lease=120, tries=5, label=_("Take a catalogue in"))
def import_catalogue(run: Run, *, import_id: str) -> dict[str, object]:
    """Read a staged catalogue, keep it in the store and write its records."""
    outcome = run_import(run, import_id=UUID(import_id), settings=current())
    keep_log(current())
    return outcome


@job("cataloguing.undo", lease=120, tries=5, label=_("Undo a catalogue import"))
def undo_catalogue(run: Run, *, import_id: str) -> dict[str, object]:
    """Take back what an import did."""
    outcome = run_undo(run, import_id=UUID(import_id), settings=current())
    keep_log(current())
    return outcome


@job("cataloguing.look", lease=120, tries=3, label=_("Look at a catalogue"))
def look_at_trial(run: Run, *, trial_id: str, revision: int) -> dict[str, object]:
    """Find out how a catalogue is written and what its columns seem to mean."""
    return run_look(run, trial_id=UUID(trial_id), revision=revision, settings=current())


@job("cataloguing.try", lease=120, tries=3, label=_("Try a catalogue"))
def run_trial(run: Run, *, trial_id: str, revision: int) -> dict[str, object]:
    """Tell what taking a catalogue in would do."""
    return run_try(run, trial_id=UUID(trial_id), revision=revision, settings=current())


@job("cataloguing.attach", lease=120, tries=5, label=_("Attach files to records"))
def attach_files(run: Run, *, attachment_id: str) -> dict[str, object]:
    """Tell which files match, or attach them."""
    outcome = run_attachment(run, attachment_id=UUID(attachment_id), settings=current())
    keep_log(current())
    return outcome


def _lacks_orders() -> bool:
    return bool(missing_orders()) and not is_under_way("cataloguing.import")


@scheduled(every=timedelta(hours=1), when=_lacks_orders)
@job("cataloguing.make_orders", lease=600, tries=5, label=_("Put the records in their orders again"))
def make_missing_orders(run: Run) -> dict[str, object]:
    """Make the indexes a large import left out until its end, if nobody goes on with it."""
    return {"indexes": make_orders()}


@scheduled(every=timedelta(days=1))
@job("cataloguing.tidy", label=_("Forget trials and files nobody went on with"))
def tidy(run: Run) -> dict[str, object]:
    """Forget what lay there for some days."""
    return {"trials": forget_old_trials(current()), "folders": forget_old_files(current())}
