"""Jobs of this room: taking a catalogue in, undoing that, and attaching files."""

from __future__ import annotations

from uuid import UUID

from shicheng.cataloguing.importing import run_import
from shicheng.cataloguing.undoing import run_undo
from shicheng.jobs.decorators import job
from shicheng.jobs.run import Run
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
