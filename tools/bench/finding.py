"""Finding in an archive of 100,000 items: how long an answer takes, and whether it is right."""

from __future__ import annotations

import json

from bench.archive import fresh
from bench.measuring import Goal, Options, Result, python, run
from bench.queries import EACH

ITEMS = 100_000
NAME = "find"


def measure(options: Options) -> Result:
    """Fill an archive, then ask it in a process of its own, as the web server does."""
    result = Result(NAME, "Finding over 100,000 items, warm")
    home = fresh(options.folder / "archive")
    filled = json.loads(run(python("fill_archive", home, str(options.scaled(ITEMS, 500)))).output)
    answer = json.loads(run(python("search_users", home, str(options.repeats), str(EACH), "like")).output)
    result.add("rows registered", "items/s", [filled["items"] / filled["register"]], f"{filled['items']:,} items")
    result.add("index made anew (`shicheng reindex`)", "items/s", [filled["items"] / filled["index"]])
    result.add("size of the index", "MB", [filled["index_bytes"] / 1e6])
    for kind, passes in answer["alone"].items():
        result.add(f"{kind}: p50", "ms", [one["p50"] for one in passes], f"{passes[0]['queries']} queries")
        result.add(f"{kind}: p95", "ms", [one["p95"] for one in passes])
    everything = answer["alone"]["all together"]
    result.add("all together: p99", "ms", [one["p99"] for one in everything])
    result.add("all together: slowest", "ms", [one["worst"] for one in everything])
    result.add("two users at once: p50", "ms", [one["p50"] for one in answer["together"]], "two threads of one process")
    result.add("two users at once: p95", "ms", [one["p95"] for one in answer["together"]])
    result.add("two users at once: answers", "1/s", [one["rate"] for one in answer["together"]])
    result.add(
        "a scan of all texts in memory instead: p50", "ms", [answer["scan"]["p50"]], "Python, no order, no facets"
    )
    result.add(
        "SQLite `LIKE` over title and text instead: p50",
        "ms",
        [answer["like"]["p50"]],
        "newest 20 and the count, no facets",
    )
    result.add("SQLite `LIKE` over title and text instead: p95", "ms", [answer["like"]["p95"]])
    median = result.figures[[figure.name for figure in result.figures].index("all together: p95")].spread.median
    result.goals.append(
        Goal("milliseconds for 95 of 100 queries, with facets, by date", 10, median, "ms", at_most=True)
    )
    result.goals.append(Goal("of the counts are those of a scan", 100, 100 * answer["right"] / answer["compared"], "%"))
    for wrong in answer["wrong"][:5]:
        result.notes.append(f"Wrong count: {wrong}")
    result.notes.append(
        f"{answer['compared']} counts were compared with a plain scan of all descriptions and texts in the same run. "
        "Queries are parts of titles, taken by seed; each answer has 20 rows from the database with extracts and nine "
        "facets, newest first."
    )
    return result
