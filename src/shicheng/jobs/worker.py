"""The worker: a parent that claims jobs and keeps their leases while children run the bodies.

The parent never runs a body itself: a body that holds the interpreter's lock for minutes, as a
regular expression or an image library may, would keep its own lease from being prolonged.
"""

from __future__ import annotations

import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection

from shicheng.jobs import leases
from shicheng.jobs.children import Child
from shicheng.jobs.errors import JobMissing
from shicheng.jobs.models import Job
from shicheng.jobs.names import worker_name
from shicheng.jobs.outcomes import HANDED_BACK, Outcome, died
from shicheng.jobs.services import enqueue_schedules
from shicheng.kernel.messages import message as _

log = structlog.get_logger()

_LOOK_EVERY = 1.0  # seconds between two looks for lost leases and wishes to cancel
_SCHEDULES_EVERY = 5.0
_RUNS_PER_CHILD = 500  # then it is replaced, so that a leaking library does no lasting harm
_CANCEL_GRACE = 60.0  # seconds a cancelled body has to reach its next item before it is killed


class Worker:
    """Runs jobs with up to `processes` children; `names` limits it to some jobs, `only` to one row."""

    def __init__(
        self,
        *,
        processes: int = 1,
        names: Iterable[str] | None = None,
        only: UUID | None = None,
        poll: float = 0.5,
        grace: float = 10.0,
        schedules: bool = True,
    ) -> None:
        self.name = worker_name(secrets.token_hex(3))
        self._processes = processes
        self._names = None if names is None else tuple(names)
        self._only = only
        self._poll = poll
        self._grace = grace
        self._schedules = schedules and only is None
        self._children: list[Child] = []
        self._unsettled: list[tuple[UUID, int, Outcome]] = []
        self._stopping = threading.Event()
        self._stop_at = float("inf")
        self._next_claim = self._next_look = self._next_beat = self._next_schedules = 0.0

    def run_forever(self) -> None:
        """Run jobs until `stop` is called or SIGTERM or SIGINT comes; a second signal hurries it."""
        with self._signals():
            try:
                leases.release_gone(only=self._only)
                while not self._stopping.is_set() or self._busy() or self._unsettled:
                    self.step()
            finally:
                self.close()

    def stop(self) -> None:
        """Begin no more jobs, let the running ones finish for `grace` seconds, then hand them back."""
        if self._stopping.is_set():
            self._stop_at = time.monotonic()
        else:
            self._stop_at = time.monotonic() + self._grace
            self._stopping.set()

    @property
    def is_stopping(self) -> bool:
        """Tell whether no more jobs are begun."""
        return self._stopping.is_set()

    def step(self, timeout: float | None = None) -> None:
        """Do everything that is due, then listen to the children for `timeout` seconds at most."""
        try:
            self._tend()
        except (DatabaseError, InterfaceError) as error:
            # The database may be restarting; leases and outcomes are kept until it is back or they are lost.
            log.warning("jobs.worker.database", error=str(error))
            if not connection.in_atomic_block:
                connection.close()
            time.sleep(min(1.0, self._poll))
        self._listen(self._poll if timeout is None else timeout)

    def close(self) -> None:
        """End the children and hand back what they were doing."""
        for child in list(self._children):
            if child.task is None:
                child.close()
            else:
                child.kill()
                self._unsettled.append((child.task.job_id, child.task.token, Outcome(HANDED_BACK)))
        self._children.clear()
        self._settle()

    def _tend(self) -> None:
        now = time.monotonic()
        self._settle()
        held = {child.task.job_id: child.task.token for child in self._busy() if child.task}
        if held and now >= self._next_beat:
            leases.keep(held)
            self._next_beat = now + min(child.task.lease for child in self._busy() if child.task) / 3
        if held and now >= self._next_look:
            self._look(held)
            self._next_look = now + _LOOK_EVERY
        if self._stopping.is_set():
            self._wind_down(now)
            return
        if self._schedules and now >= self._next_schedules:
            enqueue_schedules()
            self._next_schedules = now + _SCHEDULES_EVERY
        if now >= self._next_claim:
            self._claim()

    def _claim(self) -> None:
        while len(self._busy()) < self._processes:
            task = leases.claim(self.name, names=self._names, only=self._only)
            if task is None:
                self._next_claim = time.monotonic() + self._poll
                return
            child = next((child for child in self._children if child.task is None), None)
            if child is None:
                child = Child()
                self._children.append(child)
            child.run(task)
            self._next_beat = min(self._next_beat, time.monotonic() + task.lease / 3)

    def _look(self, held: dict[UUID, int]) -> None:
        signs = leases.look(held)
        for child in self._busy():
            if child.task is None:
                continue
            if child.task.job_id in signs.lost:
                # Somebody else has the job: two bodies at once are to be as short as possible.
                log.warning("jobs.lease.lost", job=str(child.task.job_id), name=child.task.name)
                self._children.remove(child)
                child.kill()
            elif child.task.job_id in signs.cancelled:
                child.wish("cancel")
                if child.cancelled_at is not None and time.monotonic() - child.cancelled_at > _CANCEL_GRACE:
                    self._drop(child, child.kill())

    def _wind_down(self, now: float) -> None:
        for child in self._busy():
            if now >= self._stop_at:
                child.wish("hand_back")
            if now >= self._stop_at + 2 and child.task is not None:
                self._children.remove(child)
                child.kill()
                self._unsettled.append((child.task.job_id, child.task.token, Outcome(HANDED_BACK)))

    def _listen(self, timeout: float) -> None:
        if not self._children:
            self._stopping.wait(timeout)
            return
        by_connection: dict[Any, Child] = {child.connection: child for child in self._children}
        for ready in wait(list(by_connection), timeout):
            child = by_connection[ready]
            said = child.receive()
            if said is None:
                self._drop(child, child.bury())
            elif child.task is not None:
                self._hear(child, said)

    def _hear(self, child: Child, said: tuple[Any, ...]) -> None:
        task = child.task
        if task is None:
            return
        if said[0] == "progress":
            try:
                leases.report(task.job_id, task.token, said[1])
            except (DatabaseError, InterfaceError) as error:
                log.warning("jobs.worker.database", error=str(error))
            return
        child.task = None
        self._next_claim = 0.0  # there is room again
        self._unsettled.append((task.job_id, task.token, said[1]))
        if child.runs >= _RUNS_PER_CHILD:
            self._children.remove(child)
            child.close()

    def _drop(self, child: Child, ending: str) -> None:
        """Give up a dead child and note what it leaves."""
        self._children.remove(child)
        if child.task is not None:
            log.warning("jobs.child.died", job=str(child.task.job_id), name=child.task.name, ending=ending)
            self._unsettled.append((child.task.job_id, child.task.token, died(ending)))
            self._next_claim = 0.0

    def _settle(self) -> None:
        while self._unsettled:
            job_id, token, outcome = self._unsettled[0]
            if not leases.settle(job_id, token, outcome):
                log.warning("jobs.outcome.late", job=str(job_id), outcome=outcome.kind)
            self._unsettled.pop(0)

    def _busy(self) -> list[Child]:
        return [child for child in self._children if child.task is not None]

    @contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield  # whoever started the thread calls stop()
            return
        before = {
            number: signal.signal(number, lambda *_args: self.stop()) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run_until_done(
    job_id: UUID, on_progress: Callable[[Job], None] | None = None, *, inline: bool = False, poll: float = 0.2
) -> Job:
    """See one job to its end and return it; `on_progress` is called a few times a second.

    If nobody runs it, it is run here, in a child process or, with `inline`, in this one. If
    another worker holds its lease, it is followed, and taken over when that lease ends.
    """
    from shicheng.jobs.inline import run_inline

    if inline:
        return run_inline(job_id, on_progress, poll=poll)
    worker = Worker(processes=1, only=job_id, poll=poll)
    try:
        while True:
            row = find_row(job_id)
            if on_progress is not None:
                on_progress(row)
            if row.is_finished:
                return row
            worker.step()
    finally:
        worker.close()


def find_row(job_id: UUID) -> Job:
    """Return a job's row as it is now; raises `JobMissing`."""
    row = Job.objects.filter(pk=job_id).first()
    if row is None:
        raise JobMissing(_("There is no job %(job)s.", job=job_id))
    return row
