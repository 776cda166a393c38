"""Exports that wait to be fetched: one file for each job, in a folder that can be emptied at any time."""

from __future__ import annotations

import os
import shutil
import tarfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.exchange.errors import ExportMissing
from shicheng.exchange.policies import EXPORT
from shicheng.exchange.services import TABLES, export
from shicheng.exchange.types import Selection
from shicheng.jobs import selectors as jobs
from shicheng.jobs.models import Job
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings

JOB: Final = "exchange.export"
KEPT_SECONDS: Final = 7 * 86400


def write_export(
    *, actor: Actor, job_id: UUID, form: str, selection: Selection, columns: Sequence[str], settings: Settings,
    progress: Callable[..., None],
) -> dict[str, Any]:  # fmt: skip
    """Write an export as one file into the folder of its job. Run twice, the later file replaces the earlier."""
    forget_old(settings)
    folder = _folder(settings, job_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = export(
        actor=actor, form=form, target=folder / _target(form), selection=selection, columns=columns, settings=settings,
        job=job_id, progress=progress,
    )  # fmt: skip
    if made.target.is_dir():
        part = folder / "export.part"
        with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as tar:
            tar.add(made.target, arcname=made.target.name, filter=_plain)
        shutil.rmtree(made.target)
        part.replace(folder / f"{made.target.name}.tar")
    (written,) = folder.iterdir()
    return {
        "form": form, "items": made.items, "files": made.files, "bytes": written.stat().st_size, "name": written.name,
        "content": f"/api/v1/exports/{job_id}/content",
    }  # fmt: skip


def open_export(actor: Actor, job_id: UUID, settings: Settings) -> Path:
    """The file of an export the actor may see; raises `JobMissing`, `ExportMissing`, `NotPermitted`."""
    require(actor, EXPORT)
    row = jobs.job(actor, job_id)
    path = _file(row, settings)
    if not is_kept(row, settings):
        raise ExportMissing(
            _("There is no finished export of the job %(job)s.", job=job_id),
            hint=_("Wait until the job is done; after seven days make the export again."),
        )
    return path


def is_kept(row: Job, settings: Settings) -> bool:
    """Tell whether the file of an export is there."""
    return row.name == JOB and row.state == "done" and _file(row, settings).is_file()


def _file(row: Job, settings: Settings) -> Path:
    return _folder(settings, row.pk) / str((row.result or {}).get("name", ""))


def _target(form: str) -> str:
    return f"catalogue.{form}" if form in TABLES else form


def _folder(settings: Settings, job_id: UUID) -> Path:
    return settings.cache_path / "exports" / str(job_id)


def forget_old(settings: Settings) -> int:
    """Delete exports that were kept long enough and return how many."""
    folder = settings.cache_path / "exports"
    forgotten = 0
    for old in os.scandir(folder) if folder.is_dir() else ():
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(old.path, ignore_errors=True)
            forgotten += 1
    return forgotten


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Nothing of this machine's users goes along."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
