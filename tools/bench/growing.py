"""An archive that grows by catalogues: what a million records cost, and where more of them begin to be felt."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

from bench import archive, desk_users
from bench.catalogues import require_found, size_of, take_in, write_catalogue
from bench.measuring import MB, SHICHENG, Finished, Goal, Options, Result, python, run
from bench.postgresql import served_database

MILLION = 1_000_000
STEPS = (100_000, MILLION, 5 * MILLION)
USERS = 20
BROWSING = 60  # seconds
EACH = 5  # queries of every kind: each is also counted by a scan of everything
GROWTH, POSTGRESQL = "growth", "million-postgresql"


def measure_growth(options: Options) -> Result:
    """Fill one archive step by step; at each, take in, find, browse, make the index anew, and weigh."""
    result = Result(GROWTH, "An archive that grows to five million records by catalogues")
    home, before = archive.fresh(options.folder / "archive"), 0
    for step in STEPS:
        rows = options.scaled(step, 100)
        name = f"{rows:,}"
        catalogue = write_catalogue(options.folder / "catalogue.csv", range(before, rows))
        taken = take_in(home, catalogue, rows - before)
        catalogue.unlink()
        require_found(home, rows)
        result.add(
            f"{name}: rows taken in and found",
            "rows/s",
            [taken.rows / taken.seconds],
            f"{taken.rows:,} rows in {taken.seconds:.0f} s, start included",
        )
        result.add(f"{name}: memory of all its processes", "MB", [taken.memory / MB])
        asked = json.loads(run(python("search_users", home, str(options.repeats), str(EACH), "no")).output)
        together = [one["p95"] for one in asked["together"]]
        result.add(
            f"{name}: find, two users at once, p95",
            "ms",
            together,
            f"{asked['compared']} queries, facets, by date; {asked['right']} counts as a scan",
        )
        result.add(f"{name}: find, alone, p95", "ms", [one["p95"] for one in asked["alone"]["all together"]])
        result.notes += [f"Wrong count: {wrong}" for wrong in asked["wrong"][:5]]
        with desk_users.served(home) as desk:
            waits = desk_users.browse(desk, people=USERS, seconds=BROWSING, words=desk_users.prepare_words(home, 200))
        pages = {kind: waits.p95(kind) for kind in sorted(waits.by_kind)}
        for kind, p95 in pages.items():
            result.add(f"{name}: {kind}, {USERS} people, p95", "ms", [p95], f"{len(waits.by_kind[kind])} pages")
        result.notes += [f"Page failed at {name}: {error}" for error in waits.errors[:5]]
        seconds, finished, missed, slowest = _make_anew(home, rows)
        result.add(
            f"{name}: `shicheng reindex`",
            "s",
            [seconds],
            f"{rows / seconds:,.0f} records/s; {finished.peak / MB:,.0f} MB",
        )
        result.add(f"{name}: slowest of the searches meanwhile", "ms", [slowest], f"{missed} unanswered or short")
        for part in ("db", "index", "store"):
            result.add(f"{name}: {part} on disk", "MB", [size_of(home / part) / MB])
        _set_goals(result, step, taken, together, pages, waits, seconds, missed, asked)
        before = rows
    result.notes.append(
        f"{USERS} people open the item table (any year, four orders), a search and a record in turn and rest one "
        "second between two pages on average; server and people share the machine. Memory is that of the command "
        "and all it starts, shared pages counted once. Every count of every query is compared with a scan."
    )  # fmt: skip
    return result


def _set_goals(
    result: Result, step: int, taken: Any, together: list[float], pages: dict[str, float], waits: desk_users.Waits,
    reindex: float, missed: int, asked: dict[str, Any],
) -> None:  # fmt: skip
    goals = result.goals
    if step == MILLION:
        goals.append(
            Goal(
                "rows of a catalogue a second, 100,000 to a million, SQLite", 5000, taken.rows / taken.seconds, "rows/s"
            )
        )
        goals.append(Goal("memory while a million rows come in", 1500, taken.memory / MB, "MB", at_most=True))
        goals.append(
            Goal("find over 1 M, two users, p95", 40, sorted(together)[len(together) // 2], "ms", at_most=True)
        )
        for kind, p95 in pages.items():
            goals.append(Goal(f"{kind} at 1 M, {USERS} people, p95", 250, p95, "ms", at_most=True))
        goals.append(Goal("pages that failed", 0, len(waits.errors), "", at_most=True))
        goals.append(Goal("index of 1 M made anew", 300, reindex, "s", at_most=True))
        goals.append(Goal("searches unanswered meanwhile", 0, missed, "", at_most=True))
    if step == STEPS[-1]:
        goals.append(
            Goal("find over 5 M, two users, p95", 200, sorted(together)[len(together) // 2], "ms", at_most=True)
        )
    goals.append(
        Goal(f"of the counts over {step:,} are those of a scan", 100, 100 * asked["right"] / asked["compared"], "%")
    )


def _make_anew(home: Path, rows: int) -> tuple[float, Finished, int, float]:
    """Make the index anew while somebody searches by the web; seconds, searches not answered whole, the slowest."""
    missed, slowest, done = 0, 0.0, threading.Event()
    with desk_users.served(home) as desk:
        person = desk.person()

        def search() -> None:
            nonlocal missed, slowest
            while not done.wait(0.5):
                began = time.perf_counter()
                try:
                    page = person.open(f"{desk.address}/desk/search/?q=*", timeout=60).read().decode()
                    missed += f"{rows:,}" not in page and str(rows) not in page
                except OSError:
                    missed += 1
                slowest = max(slowest, (time.perf_counter() - began) * 1000)

        thread = threading.Thread(target=search)
        thread.start()
        try:
            finished = run([SHICHENG, "reindex", "--home", home, "--json"])
        finally:
            done.set()
            thread.join()
    return finished.seconds, finished, missed, slowest


def measure_postgresql(options: Options) -> Result:
    """A million rows into PostgreSQL, started for this with its own durable settings."""
    result = Result(POSTGRESQL, "A million records by one catalogue, PostgreSQL")
    rows = options.scaled(MILLION, 100)
    catalogue = write_catalogue(options.folder / "catalogue.csv", range(rows))
    with served_database(options.folder / "postgresql") as database:
        environment = {"SHICHENG_DATABASE": database}
        home = options.folder / "archive"
        run([SHICHENG, "init", "--home", home], environment=environment)
        taken = take_in(home, catalogue, rows, environment=environment)
        require_found(home, rows, environment=environment)
    result.add(
        "rows taken in and found",
        "rows/s",
        [rows / taken.seconds],
        f"{rows:,} rows in {taken.seconds:.0f} s, start included",
    )
    result.add("memory of all its processes", "MB", [taken.memory / MB], "without the database's own")
    result.goals.append(
        Goal("rows of a catalogue a second, a million, PostgreSQL", 3000, rows / taken.seconds, "rows/s")
    )
    result.goals.append(Goal("memory", 1500, taken.memory / MB, "MB", at_most=True))
    return result
