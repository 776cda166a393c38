"""Catalogues of offices that do not exist, as large as asked for, and taking them in."""

from __future__ import annotations

import csv
import datetime
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.invented import record
from bench.measuring import SHICHENG, BenchFailed, run
from bench.memory import watched

HEADER = ("档号", "题名", "文号", "责任者", "日期", "年度", "保管期限", "密级", "页数")
PLAIN_HEADER = ("issuer", "title", "doc_number", "date_issued", "date_published")
FONDS = "Q9"


@dataclass(frozen=True, slots=True)
class Taken:
    """An import that ended well."""

    rows: int
    seconds: float  # the whole command, with its start
    memory: int  # bytes, of all its processes together
    own: int  # bytes of it that are no pages of files
    answer: dict[str, Any]


def write_catalogue(path: Path, rows: range) -> Path:
    """Write the invented records with these numbers as a CSV of nine columns, with reference codes."""
    return _write(path, HEADER, _cells(rows))


def write_plain_catalogue(path: Path, rows: range) -> Path:
    """Write them as a list of published documents has them: five columns and no codes."""
    return _write(path, PLAIN_HEADER, _plain_cells(rows))


def _write(path: Path, header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _cells(rows: range) -> Iterator[tuple[str, ...]]:
    for number in rows:
        one = record(number, FONDS + f"{number % 5:02d}")
        told = one.elements()
        yield (
            one.ref, one.title, one.document_number, one.author, told["date"], told["year"], told["retention"],
            told["secrecy"], told["pages"],
        )  # fmt: skip


def _plain_cells(rows: range) -> Iterator[tuple[str, ...]]:
    for number in rows:
        one = record(number, FONDS)
        day = one.elements()["date"]
        published = (datetime.date.fromisoformat(day) + datetime.timedelta(days=number % 30)).isoformat()
        yield one.author, one.title, one.document_number, day, published


def take_in(home: Path, path: Path, rows: int, *, environment: Mapping[str, str] | None = None) -> Taken:
    """Take a catalogue in by the command; raises `BenchFailed` unless every row became a record."""
    command = [SHICHENG, "import-catalogue", path, "--home", home, "--json"]
    with watched() as most:
        began = time.perf_counter()
        finished = run(command, environment=environment)
        seconds = time.perf_counter() - began
    answer = json.loads(finished.output)
    if answer["created"] != rows or answer["rejected"]:
        raise BenchFailed(f"The catalogue was not taken in whole: {answer}")
    return Taken(rows, seconds, most.bytes, most.own, answer)


def require_found(home: Path, rows: int, *, environment: Mapping[str, str] | None = None) -> None:
    """Raise `BenchFailed` unless the search counts this many records."""
    found = json.loads(
        run([SHICHENG, "find", "*", "--home", home, "--json", "--limit", "1"], environment=environment).output
    )
    if found["total"] != rows:
        raise BenchFailed(f"{found['total']} of {rows} records are found.")


def size_of(folder: Path) -> int:
    """Bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
