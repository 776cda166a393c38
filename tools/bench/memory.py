"""How much memory a program and everything it started use together."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY = 0.5  # seconds


@dataclass(slots=True)
class Most:
    """The most that was seen, in bytes; `own` without pages of files, which the system takes back when it likes."""

    bytes: int = 0
    own: int = 0


@contextmanager
def watched() -> Iterator[Most]:
    """Watch what this process starts: the sum of what its children have of their own and share among them (PSS)."""
    most, done = Most(), threading.Event()

    def look() -> None:
        me = psutil.Process()
        while not done.wait(_EVERY):
            seen = [_taken(one.pid) for one in me.children(recursive=True)]
            most.bytes = max(most.bytes, sum(whole for whole, _own in seen))
            most.own = max(most.own, sum(own for _whole, own in seen))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        done.set()
        thread.join()


def _taken(pid: int) -> tuple[int, int]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    except OSError:
        return 0, 0  # it ended
    found = {name: int(value.split()[0]) << 10 for name, value in (line.split(":") for line in lines)}
    return found.get("Pss", 0), found.get("Pss_Anon", 0)
