"""Describing many records: a batch change of 100,000, and how smoothly the grid of 10,000 rows scrolls."""

from __future__ import annotations

import json
import shutil

from bench.archive import fresh
from bench.measuring import Goal, Options, Result, python, run

ITEMS = 100_000
SCROLLED = 20.0  # seconds
NAME = "describe"


def measure(options: Options) -> Result:
    """Fill an archive, change every record of it by one job, and scroll its grid in a browser."""
    result = Result(NAME, "Describing many records at once")
    home = fresh(options.folder / "archive")
    run(python("fill_archive", home, str(options.scaled(ITEMS, 500))))
    changes = [
        json.loads(run(python("batch_change", home, f"核对{number}次")).output) for number in range(options.repeats)
    ]
    items = changes[0]["items"]
    result.add("preview of the first thousand", "ms", [1000 * one["preview"] for one in changes], f"{items:,} records")
    result.add("lines, store, rows and log", "s", [one["job"] for one in changes], f"{items:,} entries of the log each")
    found = result.add("until all of it is found", "s", [one["found"] for one in changes])
    result.add("records changed and found", "items/s", [one["items"] / one["found"] for one in changes])
    result.goals.append(
        Goal("seconds for a batch change of 100,000 records, log and index", 60, found.median, "s", at_most=True)
    )
    if shutil.which("chromium") is None:
        result.notes.append("Chromium is not installed, so the grid was not scrolled.")
        return result
    grid = json.loads(run(python("grid_scroll", home, str(SCROLLED))).output.splitlines()[-1])
    result.add("opening the grid", "s", [grid["opened"]], f"{grid['rows']:,} rows")
    result.add("frames a second while it scrolls", "1/s", [grid["rate"]])
    result.add("time between two frames: p50", "ms", [grid["p50"]])
    result.add("time between two frames: p95", "ms", [grid["p95"]])
    result.add("time between two frames: slowest", "ms", [grid["worst"]])
    result.add("frames over 16.7 ms", "%", [grid["late"]], f"of {grid['frames']:,}")
    result.add("frames over 33 ms", "%", [grid["missed"]], "at least one is missed")
    result.goals.append(Goal("frames a second while the grid of 10,000 rows scrolls", 58, grid["rate"], "1/s"))
    result.notes.append(
        "The batch change appends a word to the note of every record: its lines are made and judged, kept in the store "
        "as one object, carried out 2,000 at a time with a version and an entry of the log for each record. The grid "
        "is scrolled over its whole height in headless Chromium without a graphics card; frames are those the page is "
        "asked to draw."
    )
    return result
