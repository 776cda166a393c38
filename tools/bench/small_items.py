"""Taking in small items, beside ocfl-py writing the same objects unchecked, and the bare disk."""

from __future__ import annotations

import json
from pathlib import Path

from bench import archive, batches
from bench.measuring import BenchFailed, Goal, Options, Result, files_below, in_turn, python, run

ITEMS = 10_000
PEER_OBJECTS = 2_000  # ocfl-py needs minutes for all; its rate does not change with the number
NAME = "small-items"


def measure(options: Options) -> Result:
    """Take the same batch into a fresh archive each time, in turn with the others."""
    result = Result(NAME, "Taking in small text items of 2 KB")
    batch = batches.small_texts(options.folder / "batch", options.scaled(ITEMS, 50))
    # Each run has folders of its own: ext4 makes new files slowly for a while after many were removed.
    home, source = options.folder / "archive-0", options.folder / "objects"
    wholes: list[archive.TakenIn] = []
    peers: dict[bool, list[float]] = {False: [], True: []}
    peer_cpu: list[float] = []
    limit: list[float] = []

    def ours(number: int) -> None:
        fresh = archive.fresh(options.folder / f"archive-{number}")
        wholes.append(archive.take_in(fresh, batch.folder, items=batch.items))
        if number == 0:
            archive.unfold_objects(home / "store", source, options.scaled(PEER_OBJECTS, 50))

    def theirs(number: int) -> None:
        for add in (False, True):
            root = options.folder / f"ocfl-py-{number}{'-add' if add else ''}"
            finished = run(python("peer_ocfl", source, root, *(["add"] if add else [])))
            answer = json.loads(finished.output)
            _require_same_files(source, root, int(answer["objects"]))
            peers[add].append(answer["objects"] / answer["seconds"])
            if not add:
                peer_cpu.append(1000 * finished.cpu / answer["objects"])

    def bare(number: int) -> None:
        answer = json.loads(run(python("bare_writes", home / "store", options.folder / f"plain-{number}")).output)
        limit.append(answer["folders"] / answer["seconds"])

    in_turn(options.repeats, ours, theirs, bare)
    items = batch.items
    whole = result.add(
        "`shicheng ingest`, the whole command", "items/s", [items / one.finished.seconds for one in wholes],
        f"{items:,} items; start of the program included",
    )  # fmt: skip
    for name in wholes[0].phases:
        seconds = [one.phases[name] for one in wholes]
        result.add(f"… {name}", "s", seconds)
    cpu = [1000 * one.finished.cpu / items for one in wholes]
    result.add("… processor time of an item", "ms", cpu, "user and system, with all children")
    result.add("… memory of the largest process", "MB", [one.finished.peak / 1e6 for one in wholes])
    objects = f"{options.scaled(PEER_OBJECTS, 50):,} objects of the same files; no checks, no sync, no search"
    result.add("ocfl-py makes the same objects in place, flat", "items/s", peers[False], objects)
    result.add("… processor time of an object", "ms", peer_cpu)
    result.add("ocfl-py makes them and adds them to a root with layout 0003", "items/s", peers[True], objects)
    result.add("bare writes of the store's files, one sync for 500 objects", "items/s", limit, "the limit of this disk")
    result.goals.append(Goal("small items a second, the whole command", 300, whole.median, "items/s"))
    for add, how in (
        (True, "ocfl-py adding to a root with a layout"),
        (False, "ocfl-py making objects in place, flat"),
    ):
        ratios = [items / one.finished.seconds / rate for one, rate in zip(wholes, peers[add], strict=True)]
        ratio = result.add(f"ratio to {how}, run by run", "×", ratios)
        result.goals.append(Goal(f"times {how}", 3, ratio.median, "×"))
    return result


def _require_same_files(source: Path, root: Path, objects: int) -> None:
    """The peer must have written every byte it was given."""
    given = sorted(size for _path, size in files_below(source))
    stored = sorted(size for path, size in files_below(root) if "/content/" in path and "/v1/" in path)
    if len(given) != len(stored) or sum(given) != sum(stored) or objects != len(list(source.iterdir())):
        raise BenchFailed(f"ocfl-py stored {len(stored)} files of {len(given)}.")
