"""Batch changes from first to last for whoever waits for them: the command line and Python programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shicheng.audit import selectors as audit
from shicheng.describing import policies
from shicheng.describing.errors import ChangeSetNotFound, ChangeStopped
from shicheng.describing.models import ChangeSet
from shicheng.holdings.judging import element_named
from shicheng.jobs.models import Job
from shicheng.jobs.worker import run_until_done
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.schemes.fields import ADDED, all_added
from shicheng.search.follower import IndexFollower, wait_until_indexed
from shicheng.settings import Settings

Progress = Callable[..., None]
_PATIENCE: Final = 900.0  # seconds until the index has everything


def quiet(done: int, total: int | None = None, note: str = "") -> None:
    """Tell nobody."""


def see_through(changes: ChangeSet, settings: Settings, *, progress: Progress = quiet) -> ChangeSet:
    """See a batch change to its end; what it changed can be found when this returns. Raises `ChangeStopped`."""

    def show(job: Job) -> None:
        progress(job.progress_done or 0, job.progress_total, str(job.note or ""))

    assert changes.job is not None
    with IndexFollower(settings.index_path):
        job = run_until_done(changes.job, on_progress=show)
        wait_until_indexed(settings.index_path, audit.head_position(), timeout=_PATIENCE)
    changes.refresh_from_db()
    if job.state != "done":
        why = changes.result.get("why", "") if changes.state == "failed" else str(job.error or job.state)
        raise ChangeStopped(
            _("The batch change %(number)s stopped: %(reason)s", number=changes.number, reason=why),
            hint=_("What it changed until then stays, and can be undone once it is done. Mend the cause and retry it."),
        )
    return changes


def change_numbered(actor: Actor, number: str) -> ChangeSet:
    """A batch change by its number; raises `ChangeSetNotFound`."""
    found = policies.visible(actor).filter(number=number.strip().upper()).first()
    if found is None:
        raise ChangeSetNotFound(
            _("There is no batch change %(number)s here.", number=number), hint=_("Look it up in the list.")
        )
    return found


def element_meant(name: str) -> str:
    """The name changes know an element or an added field by, from any of its names; what is none stays as it is."""
    plain = name.strip()
    known = element_named(plain)
    if known is not None or plain.startswith(ADDED):
        return known or plain
    added = all_added()
    if f"{ADDED}{plain}" in added:
        return f"{ADDED}{plain}"
    return next((one for one, label in added.items() if label.casefold() == plain.casefold()), plain)
