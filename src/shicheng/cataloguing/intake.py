"""Taking a catalogue in from the path it lies at to the index, or only looking: what every door does."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from shicheng.audit import selectors as audit
from shicheng.cataloguing import selectors, services
from shicheng.cataloguing.arriving import choose_fonds, folder_of, saved_columns, source_name
from shicheng.cataloguing.comparing import compare_catalogue
from shicheng.cataloguing.errors import ImportFailed, UnknownHeader, UnreadableCatalogue
from shicheng.cataloguing.models import CatalogueImport
from shicheng.cataloguing.preparing import Task
from shicheng.cataloguing.sources.dbf import memo_files
from shicheng.cataloguing.types import Imported, Summary, Undone
from shicheng.checks.selectors import refused_levels
from shicheng.jobs.models import Job
from shicheng.jobs.worker import run_until_done
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.search.follower import IndexFollower, wait_until_indexed
from shicheng.settings import Settings

Progress = Callable[..., None]


def _quiet(done: int, total: int | None = None, note: str = "") -> None:
    """Tell nobody."""


def import_catalogue(
    *, actor: Actor, path: Path, settings: Settings, name: str = "", fonds: str = "", mapping: str = "",
    sheet: str = "", progress: Progress = _quiet,
) -> Imported:  # fmt: skip
    """Take a catalogue in; its records can be found when this returns. One that was cut off goes on."""
    started = time.monotonic()
    catalogue = services.receive_catalogue(
        actor=actor, path=path, settings=settings, name=name, fonds=fonds, mapping=mapping, sheet=sheet
    )
    _follow(catalogue, settings, progress)
    catalogue.refresh_from_db()
    book = selectors.errors_workbook(actor, catalogue.number, settings)
    wait_until_indexed(settings.index_path, audit.head_position(), timeout=3600)
    return imported(catalogue, book, seconds=time.monotonic() - started)


def preview_catalogue(
    *, actor: Actor, path: Path, settings: Settings, name: str = "", fonds: str = "", mapping: str = "",
    sheet: str = "", progress: Progress = _quiet,
) -> Imported:  # fmt: skip
    """Tell what importing a catalogue would do, and write the workbook of what would be rejected; nothing is kept."""
    started = time.monotonic()
    name = name or path.name
    if not path.is_file():
        raise UnreadableCatalogue(_("There is no file %(path)s.", path=path), hint=_("Look at the name again."))
    source = mapping.strip() or source_name(name)
    code, _name = choose_fonds(source, fonds)
    identity = new_id()
    folder = folder_of(settings, identity)
    beside = memo_files(path) if path.suffix.lower() == ".dbf" else ()
    task = Task(
        path=str(path), name=name, folder=str(folder), fonds=code, saved=saved_columns(source),
        beside=tuple(map(str, beside)), sheet=sheet, refused=refused_levels(),
    )  # fmt: skip
    book = selectors.workbook_path(settings, source, f"C0000-{identity.int & 0xFFFFFF}")
    try:
        found = compare_catalogue(actor=actor, task=task, workbook=book, progress=progress)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    summary = found.summary
    return Imported(
        rows=summary.rows, created=found.created, updated=found.updated, unchanged=found.unchanged,
        rejected=summary.rejected + len(found.refused), errors_workbook=str(book) if found.has_workbook else None,
        seconds=time.monotonic() - started, number="", fonds=code, marked=summary.marked, suspects=summary.suspects,
        columns=tuple(summary.columns), problems=tuple(Message.from_json(one) for one in summary.problems),
        dry_run=True,
    )  # fmt: skip


def undo_import(*, actor: Actor, number: str, reason: str, settings: Settings, progress: Progress = _quiet) -> Undone:
    """Undo an import to its end; undoing that was cut off goes on."""
    started = time.monotonic()
    catalogue = selectors.catalogue_import(actor, number)
    if catalogue.state != "undone":  # a command that was killed at its very end is asked for again
        catalogue = services.undo_import(actor=actor, number=number, reason=reason)
        _follow(catalogue, settings, progress)
        catalogue.refresh_from_db()
    wait_until_indexed(settings.index_path, audit.head_position(), timeout=3600)
    return Undone(
        number=number, removed=catalogue.removed, returned=catalogue.returned, kept=catalogue.kept,
        seconds=time.monotonic() - started,
    )  # fmt: skip


def imported(catalogue: CatalogueImport, book: Path | None, *, seconds: float) -> Imported:
    """What became of an import up to now."""
    summary = Summary.from_json(catalogue.summary)
    return Imported(
        rows=catalogue.rows, created=catalogue.created, updated=catalogue.updated, unchanged=catalogue.unchanged,
        rejected=catalogue.rejected, errors_workbook=str(book) if book else None, seconds=seconds,
        number=catalogue.number, fonds=catalogue.fonds_code, marked=catalogue.marked, suspects=catalogue.suspects,
        columns=tuple(summary.columns), problems=tuple(Message.from_json(one) for one in summary.problems),
    )  # fmt: skip


def _follow(catalogue: CatalogueImport, settings: Settings, progress: Progress) -> None:
    """See the job to its end: it runs in a child, while the index follows in this process."""

    def show(job: Job) -> None:
        progress(job.progress_done or 0, job.progress_total, str(job.note or ""))

    assert catalogue.job is not None
    with IndexFollower(settings.index_path):
        job = run_until_done(catalogue.job, on_progress=show)
    if job.state == "done":
        return
    catalogue.refresh_from_db()
    if catalogue.state == "failed":
        kind = UnknownHeader if catalogue.summary.get("failed") == UnknownHeader.code else UnreadableCatalogue
        raise kind(Message("%(reason)s", {"reason": catalogue.reason}))
    raise ImportFailed(
        _("The work on import %(number)s stopped: %(reason)s", number=catalogue.number, reason=job.error or job.state),
        hint=_("Mend the cause and start the same command again; it goes on where it stopped."),
    )
