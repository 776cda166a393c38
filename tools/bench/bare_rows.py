"""Program: rows of descriptions into an SQLite table. Prints JSON."""

from __future__ import annotations

import json
import sqlite3
import sys
import time

from bench.invented import record

TOGETHER = 500


def main(path: str, count: int) -> None:
    """Insert all at once, then again in durable batches."""
    rows = [(number, *record(number).elements().values()) for number in range(count)]
    signs = ",".join("?" * len(rows[0]))
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    for table in ("one", "other"):
        columns = ",".join(f"c{place}" for place in range(1, len(rows[0])))
        database.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, {columns})")
        database.execute(f"CREATE UNIQUE INDEX {table}_code ON {table} (c1)")
    began = time.perf_counter()
    database.execute("BEGIN IMMEDIATE")
    database.executemany(f"INSERT INTO one VALUES ({signs})", rows)
    database.execute("COMMIT")
    middle = time.perf_counter()
    for start in range(0, count, TOGETHER):
        database.execute("BEGIN IMMEDIATE")
        database.executemany(f"INSERT INTO other VALUES ({signs})", rows[start : start + TOGETHER])
        database.execute("COMMIT")
    print(json.dumps({"together": middle - began, "batches": time.perf_counter() - middle}))
    database.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
