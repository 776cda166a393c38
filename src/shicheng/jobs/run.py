"""What a job's body holds in its hand: its arguments' actor, progress, and the wish to stop."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sized
from typing import Protocol, TypeVar
from uuid import UUID

from shicheng.jobs.errors import Cancelled, HandedBack, LeaseLost
from shicheng.kernel.messages import Message
from shicheng.people.types import Actor

T = TypeVar("T")
INTERVAL = 0.5  # seconds between two writings of progress


class Reporter(Protocol):
    """Where progress goes and where the wish to stop comes from."""

    def report(self, done: int | None, total: int | None, note: Message | None) -> None:
        """Take progress."""

    def wish(self) -> str:
        """Return "cancel", "hand_back", "lost", or "" to go on. Called often, must be cheap."""


class Silent:
    """Takes progress and forgets it: for calling a body directly."""

    def report(self, done: int | None, total: int | None, note: Message | None) -> None:
        """Take progress."""

    def wish(self) -> str:
        """Never wish to stop."""
        return ""


class Run:
    """One attempt at a job."""

    def __init__(
        self, *, job_id: UUID, actor: Actor, token: int = 0, attempt: int = 1, reporter: Reporter | None = None
    ) -> None:
        self.job_id = job_id
        self.actor = actor
        self.token = token
        self.attempt = attempt
        self._reporter: Reporter = reporter or Silent()
        self._last = float("-inf")
        self._pending: tuple[int | None, int | None, Message | None] | None = None

    def progress(self, done: int | None = None, total: int | None = None, note: Message | str | None = None) -> None:
        """Tell how far the work is; written at most twice a second, the last word always.

        Also the place where a cancelled job stops: raises `Cancelled`. To be called between two
        items, outside of any transaction.
        """
        self.check_cancelled()
        text = Message("%(note)s", {"note": note}) if isinstance(note, str) else note
        self._pending = (done, total, text)
        if time.monotonic() - self._last >= INTERVAL:
            self.flush()

    def flush(self) -> None:
        """Write progress that has not been written yet."""
        if self._pending is not None:
            self._reporter.report(*self._pending)
            self._pending = None
            self._last = time.monotonic()

    def track(self, iterable: Iterable[T], total: int | None = None, note: Message | str | None = None) -> Iterator[T]:
        """Yield the items, telling progress after each one."""
        if total is None and isinstance(iterable, Sized):
            total = len(iterable)
        done = 0
        self.progress(done, total, note)
        for item in iterable:
            yield item
            done += 1
            self.progress(done, total, note)
        self.flush()

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if somebody cancelled the job, `HandedBack` if the worker goes down."""
        match self._reporter.wish():
            case "cancel":
                raise Cancelled
            case "hand_back":
                raise HandedBack
            case "lost":
                raise LeaseLost

    def fence(self) -> None:
        """Inside a transaction: raise `LeaseLost` unless this attempt still owns the job.

        For effects that must not be written by an attempt that was given up for dead.
        """
        from shicheng.jobs.models import Job
        from shicheng.jobs.types import State

        row = Job.objects.select_for_update().filter(pk=self.job_id).values_list("lease_token", "state").first()
        if row != (self.token, State.RUNNING):
            raise LeaseLost
