"""How much memory a program and everything it started use together."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

_EVERY = 0.5  # seconds


@dataclass(slots=True)
class Most:
    """The most that was seen, in bytes."""

    bytes: int = 0


@contextmanager
def watched() -> Iterator[Most]:
    """Watch what this process starts: the sum of what its children have of their own and share among them (PSS)."""
    most, done = Most(), threading.Event()

    def look() -> None:
        me = psutil.Process()
        while not done.wait(_EVERY):
            most.bytes = max(most.bytes, sum(map(_pss, me.children(recursive=True))))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
