"""Verifying many objects side by side."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import chain, islice
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

import shicheng
from shicheng.storage.ocfl.checking import Pace
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.ports import Store
from shicheng.storage.types import ObjectCheck, VerifyReport

Progress = Callable[[int, int], None]
"""Is told how many objects and how many bytes have been verified."""

_CHUNK_SECONDS: Final = 0.1
_MOST_OBJECTS: Final = 128
_ALONE: Final = 32  # so few objects are verified before a process would have started
_CODE: Final = "import sys; from shicheng.storage.fixity import serve; serve(int(sys.argv[1]))"

_Chunk = tuple[list[ObjectCheck], float]
"""What was found, and the seconds it took."""


def verify_store(
    store: Store,
    *,
    workers: int = 2,
    on_progress: Progress | None = None,
    rate: float | None = None,
    object_ids: Iterable[str] | None = None,
) -> VerifyReport:
    """Compare every file of the store with the inventories and name what is changed, missing or extra.

    `rate` is a limit in bytes a second for all workers together. With `object_ids` only those
    objects are verified; without, things that are no objects are named as well.
    """
    report = VerifyReport()
    for check in check_objects(
        store, store.iter_objects() if object_ids is None else object_ids, workers=workers, rate=rate
    ):
        report.add(check)
        if on_progress is not None:
            on_progress(report.objects, report.bytes)
    if object_ids is None:
        report.damaged.extend(store.iter_strays())
    return report


def check_objects(
    store: Store, object_ids: Iterable[str], *, workers: int = 2, rate: float | None = None
) -> Iterator[ObjectCheck]:
    """Verify the objects in any order, in `workers` processes; in threads where processes bring nothing."""
    waiting = iter(object_ids)
    first = list(islice(waiting, _ALONE))
    limit = rate / max(1, workers) if rate else None
    if isinstance(store, LocalStore) and len(first) == _ALONE:
        threads, children = max(1, workers), _Children(store, limit)
    else:
        threads, children = max(1, workers) * (1 if isinstance(store, LocalStore) else 4), None
    executor = ThreadPoolExecutor(threads, "verify")
    size = 1
    running: set[Future[_Chunk]] = set()
    source = chain(first, waiting)
    try:
        while True:
            while len(running) < workers * 3 and (chunk := list(islice(source, size))):
                running.add(
                    executor.submit(_check_chunk, store, chunk, Pace(limit))
                    if children is None
                    else executor.submit(children.check, chunk)
                )
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                checks, seconds = future.result()
                # Chunks of a tenth of a second: few messages for small objects, no idle worker for large ones.
                size = max(1, min(_MOST_OBJECTS, size * 2, int(len(checks) * _CHUNK_SECONDS / max(seconds, 1e-6))))
                yield from checks
    finally:
        executor.shutdown(cancel_futures=True)
        if children is not None:
            children.close()


class _Children:
    """Processes that verify, one for each thread that asks at the same time.

    Started afresh: forked ones would share locks that nobody releases, and those of multiprocessing would first
    import the whole program, which takes longer than verifying a thousand small objects.
    """

    def __init__(self, store: Store, rate: float | None) -> None:
        self._setup = (store, rate)
        self._free: SimpleQueue[Connection] = SimpleQueue()
        self._started: list[tuple[subprocess.Popen[bytes], Connection]] = []

    def check(self, object_ids: list[str]) -> _Chunk:
        """Have a chunk verified; raises what the child raised. If the child dies, the chunk is verified here."""
        try:
            try:
                pipe = self._free.get_nowait()
            except Empty:
                pipe = self._start()
            pipe.send(object_ids)
            answer: _Chunk | Exception = pipe.recv()
        except (EOFError, OSError):  # no memory for one more process, or the system has ended it
            store, rate = self._setup
            return _check_chunk(store, object_ids, Pace(rate))
        self._free.put(pipe)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the processes; none has work in hand, or it is not wanted any more."""
        for _process, pipe in self._started:
            pipe.close()
        for process, _pipe in self._started:
            process.wait()

    def _start(self) -> Connection:
        mine, theirs = Pipe(duplex=True)
        root = str(Path(shicheng.__file__).resolve().parent.parent)
        known = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _CODE, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([root, *known])},
            process_group=0,  # an interrupt from the terminal is for the parent to handle
        )
        theirs.close()
        self._started.append((process, mine))
        mine.send(self._setup)
        return mine


def serve(descriptor: int) -> None:
    """Verify what the parent asks for until it closes the pipe or is gone."""
    pipe: Connection = Connection(descriptor)
    try:
        store, rate = pipe.recv()
        pace = Pace(rate)
        while True:
            object_ids = pipe.recv()
            try:
                answer: _Chunk | Exception = _check_chunk(store, object_ids, pace)
            except Exception as error:
                answer = error
            pipe.send(answer)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _check_chunk(store: Store, object_ids: list[str], pace: Pace) -> _Chunk:
    began = time.monotonic()
    return [store.check_at(object_id, pace) for object_id in object_ids], time.monotonic() - began
