"""Reading exports."""

from __future__ import annotations

from datetime import datetime, timedelta

from shicheng.exchange.keeping import JOB, KEPT_SECONDS, is_kept
from shicheng.exchange.policies import EXPORT
from shicheng.jobs import selectors as jobs
from shicheng.jobs.models import Job
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.settings import Settings

SHOWN = 30


def own_exports(actor: Actor, settings: Settings) -> list[tuple[Job, bool, datetime | None]]:
    """The newest exports the actor asked for: the job, is its file still there, until when."""
    if not allows(actor, EXPORT) or actor.user_id is None:
        return []
    rows = jobs.own_jobs(actor, JOB)[:SHOWN]
    return [(row, is_kept(row, settings), expires(row)) for row in rows]


def expires(row: Job) -> datetime | None:
    """When the file of a finished export is deleted."""
    return row.finished + timedelta(seconds=KEPT_SECONDS) if row.finished else None
