"""Printouts that wait to be fetched: one file for each job, in a folder that can be emptied at any time."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.jobs import selectors as jobs
from shicheng.jobs.models import Job
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor
from shicheng.printing.errors import PrintoutMissing
from shicheng.printing.policies import PRINT
from shicheng.printing.services import print_order
from shicheng.printing.types import Order
from shicheng.settings import Settings

JOB: Final = "printing.print"
KEPT_SECONDS: Final = 7 * 86400
SHOWN: Final = 30
MIMES: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write_printout(
    *, actor: Actor, job_id: UUID, order: Order, settings: Settings, progress: Callable[..., None]
) -> dict[str, Any]:
    """Write a printout into the folder of its job. Run twice, the later file replaces the earlier."""
    forget_old(settings)
    folder = _folder(settings, job_id)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    name = f"{order.kind}.{order.form}"
    part = folder / f"part.{order.form}"
    made = print_order(actor=actor, order=order, target=part, settings=settings, job=job_id, progress=progress)
    part.replace(folder / name)
    return {
        "kind": order.kind, "form": order.form, "rows": made.rows, "pages": made.pages, "name": name,
        "bytes": (folder / name).stat().st_size, "content": f"/api/v1/printouts/{job_id}/content",
    }  # fmt: skip


def open_printout(actor: Actor, job_id: UUID, settings: Settings) -> Path:
    """The file of a printout the actor may see; raises `JobMissing`, `PrintoutMissing`, `NotPermitted`."""
    require(actor, PRINT)
    row = jobs.job(actor, job_id)
    if not is_kept(row, settings):
        raise PrintoutMissing(
            _("There is no finished printout of the job %(job)s.", job=job_id),
            hint=_("Wait until the job is done; after seven days print again."),
        )
    return _file(row, settings)


def own_printouts(actor: Actor, settings: Settings) -> list[tuple[Job, bool, datetime | None]]:
    """The newest printouts the actor asked for: the job, is its file still there, until when."""
    if not allows(actor, PRINT) or actor.user_id is None:
        return []
    return [(row, is_kept(row, settings), expires(row)) for row in jobs.own_jobs(actor, JOB)[:SHOWN]]


def is_kept(row: Job, settings: Settings) -> bool:
    """Tell whether the file of a printout is there."""
    return row.name == JOB and row.state == "done" and _file(row, settings).is_file()


def expires(row: Job) -> datetime | None:
    """When the file of a finished printout is deleted."""
    return row.finished + timedelta(seconds=KEPT_SECONDS) if row.finished else None


def forget_old(settings: Settings) -> int:
    """Delete printouts that were kept long enough and return how many."""
    folder = settings.cache_path / "printouts"
    forgotten = 0
    for old in os.scandir(folder) if folder.is_dir() else ():
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(old.path, ignore_errors=True)
            forgotten += 1
    return forgotten


def _file(row: Job, settings: Settings) -> Path:
    return _folder(settings, row.pk) / str((row.result or {}).get("name", ""))


def _folder(settings: Settings, job_id: UUID) -> Path:
    return settings.cache_path / "printouts" / str(job_id)
