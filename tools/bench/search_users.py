"""Program: asks an archive a mix of queries, alone and as two users at once, and counts by a scan. Prints JSON."""

from __future__ import annotations

import json
import math
import sqlite3
import sys
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.queries import Asked, Entry, make_queries


def main(home: Path, repeats: int, each: int, like: bool) -> None:
    """One pass to warm, `repeats` passes alone, as many by two users; `each` queries of every kind."""
    from shicheng.cli.setup import open_archive, operator

    settings = open_archive(home)
    from shicheng.search.services import find

    actor = operator()
    entries = _entries()
    queries = make_queries(entries, each)

    def ask(asked: Asked) -> tuple[float, int]:
        began = time.perf_counter()
        results = find(actor, asked.query, index_path=settings.index_path, limit=20, sort="-date", facets=True)
        return (time.perf_counter() - began) * 1000, results.total

    counted = [ask(asked)[1] for asked in queries]
    scanned, scan_times = _scan(queries, entries)
    wrong = [
        f"{asked.query}: {count}, the scan has {truth}"
        for asked, count, truth in zip(queries, counted, scanned, strict=True)
        if count != truth
    ]
    alone = defaultdict(list)
    for _ in range(repeats):
        by_kind = defaultdict(list)
        for asked in queries:
            by_kind[asked.kind].append(ask(asked)[0])
        for kind, times in sorted(by_kind.items()):
            alone[kind].append(_summary(times))
        alone["all together"].append(_summary([one for times in by_kind.values() for one in times]))
    together = [_together(queries, ask) for _ in range(repeats)]
    print(json.dumps({
        "alone": alone, "together": together, "right": len(queries) - len(wrong), "compared": len(queries),
        "wrong": wrong, "scan": _summary(scan_times),
        "like": _summary(_like(settings.database_path, queries)) if like else None,
    }))  # fmt: skip


def _summary(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)

    def at(share: float) -> float:
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "worst": ordered[-1], "queries": len(ordered)}


def _together(queries: Sequence[Asked], ask: Callable[[Asked], tuple[float, int]]) -> dict[str, float]:
    """Two users, each with half of the queries at the same time."""
    times: list[list[float]] = [[], []]

    def user(number: int) -> None:
        from django.db import connection

        times[number] = [ask(asked)[0] for asked in queries[number::2]]
        connection.close()

    threads = [threading.Thread(target=user, args=(number,)) for number in range(2)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return {**_summary(times[0] + times[1]), "rate": len(queries) / seconds}


def _entries() -> list[Entry]:
    """Everything that is searched, read from the database."""
    from shicheng.holdings.models import FileText, Item

    texts: dict[Any, list[str]] = defaultdict(list)
    for item, zipped in FileText.objects.values_list("file__item_id", "zipped").iterator(chunk_size=2000):
        texts[item].append(zlib.decompress(bytes(zipped)).decode())
    entries = []
    rows = Item.objects.values_list("pk", "title", "author", "year", "elements", "fonds__name")
    for pk, title, author, year, elements, fonds in rows.iterator(chunk_size=2000):
        person = title.partition("任命")[2].partition("等同志")[0] or author
        everything = "\x01".join([*map(str, elements.values()), fonds, *texts.pop(pk, [])])
        entries.append(Entry(title, author, year or 0, person, everything))
    return entries


def _scan(queries: Sequence[Asked], entries: Sequence[Entry]) -> tuple[list[int], list[float]]:
    counts, times = [], []
    for asked in queries:
        began = time.perf_counter()
        counts.append(sum(map(asked.meant, entries)))
        times.append((time.perf_counter() - began) * 1000)
    return counts, times


def _like(database: Path, queries: Sequence[Asked]) -> list[float]:
    """The same words by LIKE over a table of plain titles and texts, which is what many systems do."""
    other = sqlite3.connect(":memory:")
    other.execute("CREATE TABLE item (title TEXT, date TEXT, body TEXT)")
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as source:
        rows = source.execute(
            "SELECT i.title, i.date_text, t.zipped FROM holdings_item i JOIN holdings_file f ON f.item_id = i.id "
            "JOIN holdings_filetext t ON t.file_id = f.id"
        )
        other.executemany(
            "INSERT INTO item VALUES (?, ?, ?)",
            ((title, date, zlib.decompress(zipped).decode()) for title, date, zipped in rows),
        )
    source.close()
    times = []
    for asked in queries[:40]:
        wanted = f"%{asked.word}%"
        began = time.perf_counter()
        other.execute("SELECT count(*) FROM item WHERE title LIKE ? OR body LIKE ?", (wanted, wanted)).fetchone()
        other.execute(
            "SELECT title FROM item WHERE title LIKE ? OR body LIKE ? ORDER BY date DESC LIMIT 20", (wanted, wanted)
        ).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    other.close()
    return times


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "like")
