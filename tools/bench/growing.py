"""An archive that grows by catalogues: what a million records cost, and where more of them begin to be felt."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bench import archive, desk_users
from bench.catalogues import Taken, require_found, size_of, take_in, write_catalogue, write_plain_catalogue
from bench.measuring import MB, SHICHENG, Finished, Goal, Options, Result, python, run
from bench.postgresql import served_database

PLAIN, MILLION, FIVE_MILLION, POSTGRESQL = "plain-million", "million", "five-million", "million-postgresql"
HUNDRED_THOUSAND_ROWS, MILLION_ROWS = 100_000, 1_000_000
USERS = 20
BROWSING = 60  # seconds
EACH = 5  # queries of every kind: each is also counted by a scan of everything
_NOTE = (
    f"{USERS} people open the item table (any year, four orders), a search and a record in turn and rest one second "
    "between two pages on average; server and people share the machine. Memory is that of the command and all it "
    "starts, shared pages counted once. Every count of every query is compared with a scan."
)


def measure_million(options: Options) -> Result:
    """Archives of 100,000 and of a million records, each filled by one catalogue."""
    result = Result(MILLION, "A million records by one catalogue, and 100,000 beside them")
    for rows in (HUNDRED_THOUSAND_ROWS, MILLION_ROWS):
        told = _measure(result, options, rows)
    goals = result.goals
    goals.append(Goal("rows of nine columns a second, SQLite", 5000, told.taken.rows / told.taken.seconds, "rows/s"))
    goals.append(Goal("memory of all processes meanwhile", 1500, told.taken.memory / MB, "MB", at_most=True))
    goals.append(Goal("find, two users at once, p95", 40, told.find, "ms", at_most=True))
    for kind, p95 in told.pages.items():
        goals.append(Goal(f"{kind}, {USERS} people, p95", 250, p95, "ms", at_most=True))
    goals.append(Goal("pages that failed", 0, told.failed, "", at_most=True))
    goals.append(Goal("index made anew", 300, told.anew, "s", at_most=True))
    goals.append(Goal("searches unanswered or short meanwhile", 0, told.missed, "", at_most=True))
    goals.append(Goal("of the counts are those of a scan", 100, told.right, "%"))
    return result


def measure_plain(options: Options) -> Result:
    """A million records as a list of published documents has them: five columns, no reference codes."""
    result = Result(PLAIN, "A million records of a plain catalogue")
    rows = options.scaled(MILLION_ROWS, 100)
    home = archive.fresh(options.folder / "archive")
    catalogue = write_plain_catalogue(options.folder / "catalogue.csv", range(rows))
    taken = take_in(home, catalogue, rows)
    require_found(home, rows)
    told = f"issuer, title, doc_number, date_issued, date_published; {rows:,} rows in {taken.seconds:.0f} s"
    result.add("rows taken in and found", "rows/s", [rows / taken.seconds], told)
    result.add("memory of all its processes", "MB", [taken.memory / MB], _own(taken))
    for part in ("db", "index", "store"):
        result.add(f"{part} on disk", "MB", [size_of(home / part) / MB])
    goals = result.goals
    goals.append(Goal("rows of a plain catalogue a second, a million, SQLite", 5000, rows / taken.seconds, "rows/s"))
    goals.append(Goal("memory of all processes meanwhile", 1500, taken.memory / MB, "MB", at_most=True))
    return result


def measure_five_million(options: Options) -> Result:
    """The same with five million records, but for making the index anew: where it bends."""
    result = Result(FIVE_MILLION, "Five million records by one catalogue")
    told = _measure(result, options, 5 * MILLION_ROWS, anew=False)
    result.goals.append(Goal("find, two users at once, p95", 200, told.find, "ms", at_most=True))
    result.goals.append(Goal("of the counts are those of a scan", 100, told.right, "%"))
    return result


@dataclass(frozen=True, slots=True)
class _Told:
    """What goals are set for."""

    taken: Taken
    find: float  # milliseconds
    right: float  # percent
    pages: dict[str, float]  # milliseconds by kind
    failed: int
    anew: float = 0.0  # seconds
    missed: int = 0


def _measure(result: Result, options: Options, count: int, *, anew: bool = True) -> _Told:
    """Fill a fresh archive by one catalogue; take in, find, browse, make the index anew if asked to, and weigh."""
    rows = options.scaled(count, 100)
    name = f"{rows:,}"
    home = archive.fresh(options.folder / f"archive-{rows}")
    catalogue = write_catalogue(options.folder / "catalogue.csv", range(rows))
    taken = take_in(home, catalogue, rows)
    catalogue.unlink()
    require_found(home, rows)
    told = f"{rows:,} rows in {taken.seconds:.0f} s, start included"
    result.add(f"{name}: rows taken in and found", "rows/s", [rows / taken.seconds], told)
    result.add(f"{name}: … memory of all its processes", "MB", [taken.memory / MB], _own(taken))
    asked = json.loads(run(python("search_users", home, str(options.repeats), str(EACH), "no")).output)
    told = f"{asked['compared']} queries, facets, by date; {asked['right']} counts as a scan"
    together = result.add(
        f"{name}: find, two users at once, p95", "ms", [one["p95"] for one in asked["together"]], told
    )
    result.add(f"{name}: find, alone, p95", "ms", [one["p95"] for one in asked["alone"]["all together"]])
    result.notes += [f"Wrong count: {wrong}" for wrong in asked["wrong"][:5]]
    with desk_users.served(home) as desk:
        waits = desk_users.browse(desk, people=USERS, seconds=BROWSING, words=desk_users.prepare_words(home, 200))
    pages = {kind: waits.p95(kind) for kind in sorted(waits.by_kind)}
    for kind, p95 in pages.items():
        result.add(f"{name}: {kind}, {USERS} people, p95", "ms", [p95], f"{len(waits.by_kind[kind])} pages")
    result.notes += [f"Page failed at {name}: {error}" for error in waits.errors[:5]]
    made: tuple[float, int] = (0.0, 0)
    if anew:
        seconds, finished, missed, slowest = _make_anew(home, rows)
        told = f"{rows / seconds:,.0f} records/s; {finished.peak / MB:,.0f} MB"
        result.add(f"{name}: `shicheng reindex`", "s", [seconds], told)
        result.add(f"{name}: … slowest search meanwhile", "ms", [slowest], f"{missed} unanswered or short")
        made = seconds, missed
    for part in ("db", "index", "store"):
        result.add(f"{name}: {part} on disk", "MB", [size_of(home / part) / MB])
    if _NOTE not in result.notes:
        result.notes.append(_NOTE)
    right = 100 * asked["right"] / asked["compared"]
    return _Told(taken, together.median, right, pages, len(waits.errors), *made)


def _own(taken: Taken) -> str:
    return f"{taken.own / MB:,.0f} MB of it no pages of files"


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
    rows = options.scaled(MILLION_ROWS, 100)
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
