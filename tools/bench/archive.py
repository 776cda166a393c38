"""Archives made for measuring, worked on by the command as an operator would."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import batches
from bench.measuring import SHICHENG, BenchFailed, Finished, run

# Moments of one transfer that part its way, as its row and the audit log keep them.
_PHASES = (
    ("start of the program", None, "ingest.transfer.announced"),
    ("receiving: copy, three digests, sync", "ingest.transfer.announced", "ingest.transfer.received"),
    ("all automatic checks", "ingest.transfer.received", "ingest.transfer.checked"),
    ("objects, rows, receipt", "ingest.transfer.checked", "ingest.transfer.stored"),
    ("until it is found, and end", "ingest.transfer.stored", None),
)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A transfer that was taken in."""

    finished: Finished
    answer: dict[str, Any]
    phases: dict[str, float]  # seconds by name


def fresh(home: Path) -> Path:
    """Make a new archive, in place of one that is there."""
    shutil.rmtree(home, ignore_errors=True)
    run([SHICHENG, "init", "--home", home])
    return home


def take_in(home: Path, batch: Path, *, items: int) -> TakenIn:
    """Take a batch in by the command; raises `BenchFailed` unless all of it is stored and found."""
    finished = run([SHICHENG, "ingest", batch, "--home", home, "--json"])
    answer = json.loads(finished.output)
    if answer["state"] != "stored" or answer["accepted"] != items or answer["held"]:
        raise BenchFailed(f"The batch was not taken in whole: {answer}")
    found = json.loads(run([SHICHENG, "find", "*", "--home", home, "--json", "--limit", "1"]).output)
    if found["total"] != items:
        raise BenchFailed(f"{found['total']} of {items} items are found.")
    return TakenIn(finished, answer, _phases(home, finished))


def warm_up(folder: Path) -> None:
    """Take a few items in and verify them once, so that no measured program is the first of its kind to start."""
    batch = batches.small_texts(folder / "batch", 20)
    home = fresh(folder / "archive")
    take_in(home, batch.folder, items=batch.items)
    run([SHICHENG, "verify", "--home", home, "--json"])
    shutil.rmtree(folder)


def _phases(home: Path, finished: Finished) -> dict[str, float]:
    with sqlite3.connect(f"file:{home}/db/shicheng.sqlite3?mode=ro", uri=True) as database:
        rows = database.execute("SELECT event, at FROM audit_entry WHERE event LIKE 'ingest.transfer.%'").fetchall()
    database.close()
    at = {event: datetime.fromisoformat(f"{moment}+00:00").timestamp() for event, moment in rows}
    ends = (finished.began, finished.began + finished.seconds)
    return {name: (at[last] if last else ends[1]) - (at[first] if first else ends[0]) for name, first, last in _PHASES}


def object_folders(store: Path) -> list[Path]:
    """The folders of all objects of a store, found by their marks."""
    return sorted(mark.parent for mark in store.rglob("0=ocfl_object_*"))


def unfold_objects(store: Path, target: Path, most: int) -> int:
    """Put the files of at most `most` objects, under their own names, in a folder each; returns how many there are.

    The bytes are hard links, so that making this costs nothing on the disk.
    """
    made = 0
    for folder in object_folders(store):
        if made == most:
            break
        inventory = json.loads((folder / "inventory.json").read_bytes())
        state = inventory["versions"][inventory["head"]]["state"]
        if not any(path.startswith("metadata/") for paths in state.values() for path in paths):
            continue  # papers of the transfer, no item
        place = target / f"{made:06d}"
        for digest, paths in state.items():
            for path in paths:
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).hardlink_to(folder / inventory["manifest"][digest][0])
        made += 1
    return made
