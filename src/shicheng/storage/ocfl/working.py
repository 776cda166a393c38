"""The working area beside a store, where batches are written before they are renamed into place.

A store may hold nothing but objects (OCFL 1.1, 4), so the area is a sibling folder; where the store is
a disk of its own, it is below `extensions`. Each process holds a lock on its own part as long as it
lives; a part without a holder was left by a crash.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class WorkingArea:
    """One process's part of the area. `recover` is called with each folder a dead process left."""

    def __init__(self, store: Path, recover: Callable[[Path], None]) -> None:
        self.folder = place_for(store)
        self._recover = recover
        self._thread_lock = threading.Lock()
        self._own: Path | None = None
        self._owner = 0
        self._lock: int | None = None
        self._batches = 0

    @contextmanager
    def batch(self) -> Iterator[Path]:
        """Give an empty folder on the store's file system and remove it afterwards."""
        with self._thread_lock:
            if self._own is None or self._owner != os.getpid():
                self._claim()
            assert self._own is not None
            self._batches += 1
            folder = self._own / str(self._batches)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep every other process and thread out of the same block."""
        gate = os.open(self.folder / "versions", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield
        finally:
            os.close(gate)

    def close(self) -> None:
        """Give the part back."""
        with self._thread_lock:
            if self._own is not None and self._owner == os.getpid() and self._lock is not None:
                shutil.rmtree(self._own, ignore_errors=True)
                self._own.with_suffix(".lock").unlink(missing_ok=True)
                os.close(self._lock)
            self._own = self._lock = None

    def _claim(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        dead: list[tuple[Path, int]] = []
        gate = os.open(self.folder / "gate", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(gate, fcntl.LOCK_EX)
            for lock in self.folder.glob("*.lock"):
                descriptor = os.open(lock, os.O_RDWR)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                else:
                    dead.append((lock, descriptor))
            own = self.folder / uuid.uuid4().hex
            descriptor = os.open(own.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            own.mkdir()
        finally:
            os.close(gate)
        self._own, self._owner, self._lock = own, os.getpid(), descriptor
        for lock, held in dead:
            left = lock.with_suffix("")
            if left.is_dir():
                self._recover(left)
                shutil.rmtree(left, ignore_errors=True)
            lock.unlink(missing_ok=True)
            os.close(held)


def place_for(store: Path) -> Path:
    """Return where the working area of a store is: on its file system and never taken for an object."""
    sibling = store.with_name(store.name + ".writing")
    above = store.parent
    if store.exists() and above.stat().st_dev != store.stat().st_dev:
        return store / "extensions" / "shicheng-writing"
    return sibling
