"""Reading a catalogue through to its end: records into parts, rejected rows and suspects beside them. No Django here.

Runs in a child process (see `reading`), so that hostile files and big ones cost this process and no other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from shicheng.cataloguing.first_rows import FirstRows
from shicheng.cataloguing.rows import Read, Rejected, RowReader, repeated
from shicheng.cataloguing.sharing import read_rows
from shicheng.cataloguing.sources.opening import open_source
from shicheng.cataloguing.sources.types import Given
from shicheng.cataloguing.types import Summary
from shicheng.kernel.digests import STORE_ALGORITHMS, MultiHasher
from shicheng.kernel.messages import message as _
from shicheng.kernel.plain_json import encode_json

PART_ROWS: Final = 100_000
REJECTED: Final = "rejected.jsonl"
SUSPECTS: Final = "suspects.jsonl"
SUMMARY: Final = "summary.json"
_MOST_SUSPECTS: Final = 100_000
_TELL_EVERY: Final = 5000


@dataclass(frozen=True, slots=True)
class Task:
    """What to read, and where the results go."""

    path: str
    name: str
    folder: str
    fonds: str  # for rows that name none
    saved: dict[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    sheet: str = ""  # of a workbook; "" for the one whose header is best known
    refused: tuple[str, ...] = ()  # secrecy levels above what the archive may hold

    def given(self, *, guess: bool = False) -> Given:
        """The file as readers of sources take it."""
        beside = tuple(Path(path) for path in self.beside)
        return Given(Path(self.path), self.name, Path(self.folder), self.saved, beside, self.sheet, guess)


def prepare(task: Task, tell: Callable[[int], None] = lambda rows: None) -> Summary:
    """Read the catalogue; writes `rows-0001.jsonl` …, `rejected.jsonl`, `suspects.jsonl` and `summary.json`."""
    folder = Path(task.folder)
    folder.mkdir(parents=True, exist_ok=True)
    for left in (*folder.glob("rows-*.jsonl"), folder / REJECTED, folder / SUSPECTS, folder / SUMMARY):
        left.unlink(missing_ok=True)
    source = open_source(task.given())
    summary = Summary(form=source.form, encoding=source.encoding, sheet=source.sheet, header=source.header)
    summary.columns = source.columns
    make_reader = partial(RowReader, source.columns, fonds=task.fonds, delimiter=source.delimiter, refused=task.refused)
    judge = _Judge(task.fonds)
    marks: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    with (
        _Parts(folder) as parts,
        (folder / REJECTED).open("wb") as rejected,
        (folder / SUSPECTS).open("wb") as suspects,
        ExitStack() as stack,
    ):
        for found, cells in read_rows(source.rows, make_reader, stack):
            summary.rows += 1
            if summary.rows % _TELL_EVERY == 0:
                tell(summary.rows)
            if isinstance(found, Read):
                found, pairs = judge.judge(found, cells)
                for pair in pairs if summary.suspects < _MOST_SUSPECTS else ():
                    _write(suspects, pair)
                    summary.suspects += 1
            if isinstance(found, Rejected):
                summary.rejected += 1
                reasons[found.reason.template] += 1
                _write(rejected, {"row": found.row, "reason": found.reason.to_json(), "cells": found.cells})
                continue
            marks.update(found.marks)
            summary.marked += bool(found.marks)
            summary.normalised += found.is_normalised
            if found.fonds and summary.fonds.get(found.fonds, "") == "":
                summary.fonds[found.fonds] = found.fonds_name
            parts.write(found.line)
    if not summary.rows:
        source.problems.append(_("The catalogue has a header and no rows."))
    summary.accepted = summary.rows - summary.rejected
    summary.parts = parts.written
    summary.problems = [one.to_json() for one in source.problems]
    summary.marks, summary.reasons = dict(marks), dict(reasons)
    (folder / SUMMARY).write_text(json.dumps(summary.to_json(), ensure_ascii=False), "utf-8")
    (folder / "unpacked").unlink(missing_ok=True)
    tell(summary.rows)
    return summary


class _Judge:
    """Looks for records that come twice in one catalogue."""

    def __init__(self, fonds: str) -> None:
        self._fonds = fonds
        self._keys = FirstRows()
        self._repeats: Counter[int] = Counter()
        self._alike = FirstRows()  # by title and date

    def judge(self, record: Read, cells: list[str]) -> tuple[Read | Rejected, list[dict[str, Any]]]:
        """Return the record, with another key if its own came before, and the rows it may be the same as."""
        key = int(record.key[:16], 16)
        first = self._keys.first(key, record.row)
        if first != record.row:
            if record.has_code:
                return self._code_taken(record, first, cells), []
            self._repeats[key] += 1
            again = repeated(record, self._repeats[key] + 1, record.fonds or self._fonds)
            return again, [{"row": record.row, "other": first, "reason": "identity", "title": record.title[:200]}]
        alike = hash((record.title, record.date, record.fonds))
        other = self._alike.first(alike, record.row)
        if other != record.row and record.date:
            pair = {"row": record.row, "other": other, "reason": "title and date", "title": record.title[:200]}
            return record, [pair]
        return record, []

    def _code_taken(self, record: Read, first: int, cells: list[str]) -> Rejected:
        return Rejected(
            record.row,
            _(
                "The reference code %(code)s stands in row %(row)s already. A code belongs to one record: correct it, "
                "or leave this row out.",
                code=record.ref,
                row=first,
            ),
            cells,
        )


class _Parts:
    """Writes lines into files of at most 100,000 rows, hashing on the way."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.written: list[dict[str, Any]] = []
        self._stream: BinaryIO | None = None
        self._lines: list[str] = []
        self._rows = self._size = 0

    def __enter__(self) -> _Parts:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def write(self, line: str) -> None:
        """Add a line."""
        if self._stream is None:
            self._name = f"rows-{len(self.written) + 1:04d}.jsonl"
            self._stream = (self._folder / self._name).open("wb")
            self._hasher = MultiHasher(STORE_ALGORITHMS)
            self._rows = self._size = 0
        self._lines.append(line)
        self._rows += 1
        if len(self._lines) >= 2000:
            self._flush()
        if self._rows >= PART_ROWS:
            self._close()

    def _flush(self) -> None:
        if self._lines and self._stream is not None:
            content = ("\n".join(self._lines) + "\n").encode("utf-8", "surrogatepass")
            self._hasher.update(content)
            self._stream.write(content)
            self._size += len(content)
            self._lines.clear()

    def _close(self) -> None:
        if self._stream is not None:
            self._flush()
            self._stream.close()
            self._stream = None
            self.written.append(
                {"name": self._name, "rows": self._rows, "bytes": self._size, "digests": self._hasher.hexdigests()}
            )


def _write(stream: BinaryIO, line: dict[str, Any]) -> None:
    stream.write((encode_json(line) + "\n").encode("utf-8", "surrogatepass"))
