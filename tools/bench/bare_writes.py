"""Program: write files of the same number, sizes and folders as a store has, durable 500 objects at a time."""

from __future__ import annotations

import ctypes
import json
import os
import sys
import time
from collections import defaultdict
from pathlib import Path

from bench.measuring import files_below

TOGETHER = 500


def main(store: Path, target: Path) -> None:
    """Take the shapes from the store first; only the writing is timed."""
    objects: dict[str, list[tuple[str, int]]] = defaultdict(list)
    marks = {os.path.dirname(path) for path, _size in files_below(store) if "/0=ocfl_object_" in path}
    for path, size in files_below(store):
        folder = os.path.dirname(path)
        while folder not in marks and len(folder) > len(str(store)):
            folder = os.path.dirname(folder)
        if folder in marks:
            objects[folder].append((path[len(folder) + 1 :], size))
    shapes = [sorted(files) for files in objects.values()]
    target.mkdir(parents=True)
    content = os.urandom(1 << 20)
    sync = ctypes.CDLL(None, use_errno=True).syncfs
    folder_descriptor = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    began = time.perf_counter()
    for number, files in enumerate(shapes, start=1):
        made = {""}
        for name, size in files:
            parts = name.split("/")[:-1]
            for depth in range(len(parts) + 1):
                folder = "/".join(parts[:depth])
                if depth == 0 and len(made) > 1:
                    continue
                if depth == 0 or folder not in made:
                    os.makedirs(f"{target}/{number}/{folder}", exist_ok=True)
                    made.add(folder)
            descriptor = os.open(f"{target}/{number}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
            left = size
            while left > 0:
                left -= os.write(descriptor, content[: min(left, len(content))])
            os.close(descriptor)
        if number % TOGETHER == 0 or number == len(shapes):
            sync(folder_descriptor)
    print(json.dumps({"folders": len(shapes), "seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
