"""What is said of a job besides its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a job is. `failed` told why and is not tried again by itself; `dead` used up its tries."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DEAD = "dead"


UNFINISHED = (State.WAITING, State.RUNNING)
FINISHED = (State.DONE, State.FAILED, State.CANCELLED, State.DEAD)
TROUBLED = (State.FAILED, State.DEAD)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a job goes: steps a second, and seconds left; None while that can't be told."""

    rate: float | None
    seconds_left: float | None
    share: float | None  # of the work done, 0 to 1


def pace(*, done: int | None, total: int | None, started: datetime | None, now: datetime) -> Pace:
    """Work out the pace of a job from its progress."""
    share = min(1.0, (done or 0) / total) if total else None
    if not done or started is None:
        return Pace(None, None, share)
    seconds = (now - started).total_seconds()
    if seconds <= 0:
        return Pace(None, None, share)
    rate = done / seconds
    left = max(0.0, (total - done) / rate) if total else None
    return Pace(rate, left, share)


@dataclass(frozen=True, slots=True)
class JobFilters:
    """Which jobs to list; empty means any."""

    state: str = ""
    name: str = ""
    troubled: bool = False
    since: datetime | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True, slots=True)
class WorkerView:
    """A process that holds leases, as the jobs page shows it."""

    worker: str
    running: int
    lease_until: datetime
