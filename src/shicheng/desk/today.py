"""What the home page of the desk shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shicheng.holdings import selectors as holdings
from shicheng.ingest import selectors as transfers
from shicheng.ingest.models import Transfer
from shicheng.ingest.words import STATES
from shicheng.jobs import selectors as jobs
from shicheng.jobs.models import Job
from shicheng.jobs.types import JobFilters, State
from shicheng.kernel import clock
from shicheng.people.types import Actor, Role
from shicheng.search import selectors as search
from shicheng.settings import Settings
from shicheng.storage import selectors as store
from shicheng.storage.errors import StorageError

RECENT = 8
WEEK = timedelta(days=7)


def view_today(actor: Actor, settings: Settings) -> dict[str, Any]:
    """What waits for this actor, what is wrong, the newest transfers and the last seven days in numbers."""
    since = clock.now() - WEEK
    all_transfers = transfers.transfers(actor)
    week = all_transfers.filter(received_at__gte=since)
    counts = jobs.counts_by_state(actor)
    try:
        health, problem = store.health(actor, settings), None
    except (StorageError, OSError) as error:
        health, problem = None, error
    return {
        "now": clock.now(),
        "is_archivist": Role.ARCHIVIST in actor.roles,
        "waiting": list(transfers.waiting(actor)[:RECENT]),
        "waiting_count": transfers.waiting(actor).count(),
        "failed_waiting": transfers.waiting(actor).filter(state="failed").count(),
        "recent": _with_jobs(actor, list(all_transfers[:RECENT])),
        "words": STATES,
        "jobs_failed": counts[State.FAILED] + counts[State.DEAD],
        "jobs_running": counts[State.RUNNING] + counts[State.WAITING],
        "failures": jobs.failures(actor, limit=3),
        "week_transfers": week.count(),
        "week_items": holdings.items(actor).filter(registered__gte=since).count() if _reads(actor) else 0,
        "totals": holdings.totals(actor),
        "store": health,
        "store_problem": problem,
        "index": search.health(settings.index_path),
    }


def _reads(actor: Actor) -> bool:
    return Role.ARCHIVIST in actor.roles


def _with_jobs(actor: Actor, found: list[Transfer]) -> list[tuple[Transfer, Job | None]]:
    """Each transfer with the job that works on it now."""
    running = {row.pk: row for row in jobs.jobs(actor, JobFilters(state=State.RUNNING))}
    return [(one, running.get(one.job) if one.job else None) for one in found]
