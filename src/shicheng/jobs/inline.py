"""Running bodies in this very process: for short commands and for tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import DatabaseError, connection

from shicheng.jobs import leases
from shicheng.jobs.arguments import plain_json
from shicheng.jobs.models import Job
from shicheng.jobs.names import worker_name
from shicheng.jobs.outcomes import HANDED_BACK, Outcome, Task, run_body
from shicheng.jobs.worker import find_row
from shicheng.kernel.messages import Message

Listener = Callable[[Job], None]


def run_inline(job_id: UUID, on_progress: Listener | None = None, *, poll: float = 0.2) -> Job:
    """See one job to its end in this process; see `worker.run_until_done`."""
    while True:
        row = find_row(job_id)
        if on_progress is not None:
            on_progress(row)
        if row.is_finished:
            return row
        task = leases.claim(_name(), only=job_id)
        if task is None:
            if not leases.release_gone(only=job_id):
                time.sleep(poll)
        else:
            _run(task, on_progress)


def run_waiting(names: Iterable[str] | None = None, *, limit: int | None = None) -> int:
    """Run in this process every job that is due, also those these jobs enqueue; return how many runs it took."""
    runs = 0
    while limit is None or runs < limit:
        task = leases.claim(_name(), names=names)
        if task is None:
            break
        _run(task, None)
        runs += 1
    return runs


class InlineReporter:
    """Writes progress into the row and reads wishes from it, at most once a second."""

    def __init__(self, task: Task, on_progress: Listener | None) -> None:
        self._task = task
        self._on_progress = on_progress
        self._next_look = 0.0
        self._wish = ""

    def report(self, done: int | None, total: int | None, note: Message | None) -> None:
        """Write progress and show it."""
        stored = plain_json(note.to_json()) if note else None
        leases.report(self._task.job_id, self._task.token, (done, total, stored))
        if self._on_progress is not None:
            self._on_progress(find_row(self._task.job_id))

    def wish(self) -> str:
        """Look into the row for a wish to cancel, or for a lease that was lost."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + 1.0
            signs = leases.look({self._task.job_id: self._task.token})
            self._wish = "lost" if signs.lost else "cancel" if signs.cancelled else ""
        return self._wish


def _run(task: Task, on_progress: Listener | None) -> None:
    with _heartbeat(task):
        try:
            outcome = run_body(task, InlineReporter(task, on_progress))
        except BaseException:  # Ctrl-C, or on_progress raised
            leases.settle(task.job_id, task.token, Outcome(HANDED_BACK))
            raise
    leases.settle(task.job_id, task.token, outcome)


@contextmanager
def _heartbeat(task: Task) -> Iterator[None]:
    """Prolong the lease from a thread; not inside a transaction, where another connection would not see the row."""
    if connection.in_atomic_block:
        yield
        return
    over = threading.Event()

    def beat() -> None:
        try:
            while not over.wait(task.lease / 3):
                try:
                    leases.keep({task.job_id: task.token})
                except DatabaseError:
                    connection.close()
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"lease of {task.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _name() -> str:
    return worker_name("inline")
