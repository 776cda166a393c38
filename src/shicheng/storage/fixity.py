"""Verifying many objects side by side."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from itertools import chain, islice
from typing import Final

from shicheng.storage.ocfl.checking import Pace
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.ports import Store
from shicheng.storage.types import ObjectCheck, VerifyReport

Progress = Callable[[int, int], None]
"""Is told how many objects and how many bytes have been verified."""

_CHUNK_SECONDS: Final = 0.1
_MOST_OBJECTS: Final = 64
_ALONE: Final = 32  # so few objects are verified before a process would have started

_store: Store | None = None
_pace = Pace(None)


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
    executor: Executor
    few = len(first) < _ALONE
    if isinstance(store, LocalStore) and not few and not multiprocessing.current_process().daemon:
        context = multiprocessing.get_context("spawn")  # forked children would share locks that nobody releases
        executor = ProcessPoolExecutor(max(1, workers), context, _start, (store, limit))
    else:
        executor = ThreadPoolExecutor(max(1, workers) * (1 if isinstance(store, LocalStore) else 4), "verify")
    paces = (store, limit) if isinstance(executor, ThreadPoolExecutor) else None
    size = 1
    running: set[Future[tuple[list[ObjectCheck], float]]] = set()
    source = chain(first, waiting)
    try:
        while True:
            while len(running) < workers * 3 and (chunk := list(islice(source, size))):
                running.add(executor.submit(_check_chunk, chunk, paces))
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


def _start(store: Store, rate: float | None) -> None:
    global _store, _pace
    _store, _pace = store, Pace(rate)


def _check_chunk(object_ids: list[str], own: tuple[Store, float | None] | None) -> tuple[list[ObjectCheck], float]:
    store, pace = (_store, _pace) if own is None else (own[0], Pace(own[1]))
    assert store is not None
    began = time.monotonic()
    return [store.check_at(object_id, pace) for object_id in object_ids], time.monotonic() - began
