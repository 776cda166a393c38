"""What others and the bare parts do with the same records: bagit-python, and SQLite without anything around."""

from __future__ import annotations

import json
import shutil

from bench import batches
from bench.measuring import Options, Result, in_turn, python, run

ITEMS = 10_000
NAME = "peers"


def measure(options: Options) -> Result:
    """Make and validate a bag of the small items, and put as many rows into a table."""
    result = Result(NAME, "Peers and bare parts with the same small items")
    items = options.scaled(ITEMS, 50)
    batch = batches.small_texts(options.folder / "batch", items)
    bag, database = options.folder / "bag", options.folder / "rows.sqlite3"
    figures: dict[str, list[float]] = {"make": [], "validate": [], "rows": [], "durable": []}

    def bagging(number: int) -> None:
        shutil.rmtree(bag, ignore_errors=True)
        shutil.copytree(batch.folder, bag)
        answer = json.loads(run(python("peer_bagit", bag)).output)
        figures["make"].append(items / answer["make"])
        figures["validate"].append(items / answer["validate"])

    def rows(number: int) -> None:
        database.unlink(missing_ok=True)
        answer = json.loads(run(python("bare_rows", database, str(items))).output)
        figures["rows"].append(items / answer["together"])
        figures["durable"].append(items / answer["batches"])

    in_turn(options.repeats, bagging, rows)
    result.add(
        "bagit-python makes a bag (SHA-512), two processes", "items/s", figures["make"], "no checks, not durable"
    )
    result.add("bagit-python validates it, two processes", "items/s", figures["validate"])
    result.add("SQLite, rows of 15 columns in one transaction", "rows/s", figures["rows"])
    result.add("SQLite, 500 rows in each durable transaction", "rows/s", figures["durable"], "WAL, synchronous=FULL")
    return result
