"""Program: SHA-512 of every file below a folder in two processes, nothing compared. Prints JSON."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import sys
import time
from pathlib import Path

from bench.measuring import files_below

PROCESSES = 2


def _hash(paths: list[str], ready: object, done: object) -> None:
    ready.wait()  # type: ignore[attr-defined]
    total = 0
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            total += len(hashlib.file_digest(file, "sha512").digest()) and file.tell()
    done.put(total)  # type: ignore[attr-defined]


def main(folder: Path) -> None:
    """Share the files out by size, the largest first, start both, and time until both are done."""
    shares: list[list[str]] = [[] for _ in range(PROCESSES)]
    loads = [0] * PROCESSES
    for path, size in sorted(files_below(folder), key=lambda one: -one[1]):
        least = loads.index(min(loads))
        shares[least].append(path)
        loads[least] += size + 20_000  # opening a file costs about as much as hashing so many bytes
    context = multiprocessing.get_context("fork")
    ready, done = context.Barrier(PROCESSES + 1), context.Queue()
    workers = [context.Process(target=_hash, args=(share, ready, done)) for share in shares]
    for worker in workers:
        worker.start()
    ready.wait()
    began = time.perf_counter()
    total = sum(done.get() for _ in workers)
    seconds = time.perf_counter() - began
    for worker in workers:
        worker.join()
    print(json.dumps({"bytes": total, "seconds": seconds}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
