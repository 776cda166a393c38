"""What an import would do, told without doing it: counts, and some rows with what each would become."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from shicheng.cataloguing import policies
from shicheng.cataloguing.headers import FALLBACK, taken
from shicheng.cataloguing.importing import batches, cells_of, record_of
from shicheng.cataloguing.preparing import REJECTED, SUSPECTS, Task
from shicheng.cataloguing.reading import read_catalogue
from shicheng.cataloguing.types import Column, Summary
from shicheng.cataloguing.workbook import Line, write_workbook
from shicheng.holdings.cataloguing import compare_records
from shicheng.kernel.messages import Message
from shicheng.kernel.plain_json import decode_json
from shicheng.people.policies import require
from shicheng.people.types import Actor

FIRST: Final = 10  # rows of the sample from the beginning
TELLING: Final = 10  # and such as show what normalising did
REFUSED: Final = 20
_LOOKED_AT: Final = 20_000  # rows among which telling ones are sought
_LONGEST: Final = 300  # characters of a cell in the sample


@dataclass(slots=True)
class Comparison:
    """A catalogue beside the holdings."""

    summary: Summary
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[Line] = field(default_factory=list)
    sample: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)  # the first ones: row, reason, cells
    suspects: list[dict[str, Any]] = field(default_factory=list)
    has_workbook: bool = False

    def to_json(self) -> dict[str, Any]:
        """The form that is kept of a trial."""
        summary = self.summary
        return {
            "rows": summary.rows, "created": self.created, "updated": self.updated, "unchanged": self.unchanged,
            "rejected": summary.rejected + len(self.refused), "marked": summary.marked,
            "normalised": summary.normalised, "suspects": summary.suspects, "fonds": summary.fonds,
            "problems": summary.problems, "marks": summary.marks, "sample": self.sample,
            "rejected_rows": self.rejected, "suspected_rows": self.suspects, "workbook": self.has_workbook,
            "columns": [column.to_json() for column in summary.columns],
        }  # fmt: skip


def compare_catalogue(
    *, actor: Actor, task: Task, workbook: Path, progress: Callable[..., None]
) -> Comparison:  # fmt: skip
    """Read a catalogue and set it beside the holdings; writes the workbook of what would be rejected, nothing else.

    The folder of `task` is left to the caller. Raises what reading raises, and `NotPermitted` where a row names a
    fonds the actor may not import into: nothing is told of what lies there.
    """
    require(actor, policies.IMPORT, fonds=task.fonds)
    summary = read_catalogue(task, lambda rows: progress(rows, None, ""))
    for code in summary.fonds:
        require(actor, policies.IMPORT, fonds=code)
    found = Comparison(summary)
    folder = Path(task.folder)
    done = 0
    for part in summary.parts:
        with (folder / part["name"]).open("rb") as stream:
            for records in batches(map(decode_json, stream), task.fonds):
                result = compare_records(records)
                found.created += result.created
                found.updated += result.updated
                found.unchanged += result.unchanged
                found.refused += [(one.row, reason, cells_of(one, summary.columns)) for one, reason in result.refused]
                done += len(records)
                progress(done, summary.accepted, "")
    found.sample = _sample(folder, summary, task.fonds)
    found.rejected = [
        {"row": row, "reason": reason.to_json(), "cells": [cell[:_LONGEST] for cell in cells[:40]]}
        for row, reason, cells in itertools.islice(_rejected(folder, found.refused), REFUSED)
    ]
    found.suspects = list(itertools.islice(_lines(folder / SUSPECTS), REFUSED))
    found.has_workbook = bool(write_workbook(workbook, summary.header, _rejected(folder, found.refused)))
    return found


def _sample(folder: Path, summary: Summary, fonds: str) -> list[dict[str, Any]]:
    first: list[dict[str, Any]] = []
    telling: list[dict[str, Any]] = []
    lines = itertools.chain.from_iterable(_lines(folder / part["name"]) for part in summary.parts)
    for line in itertools.islice(lines, _LOOKED_AT):
        if len(first) < FIRST:
            first.append(line)
        elif line.get("marks") or line.get("originals"):
            telling.append(line)
        if len(telling) == TELLING:
            break
    return [_told(line, summary.columns, fonds) for line in (*first, *telling)]


def _told(line: dict[str, Any], columns: Sequence[Column], fonds: str) -> dict[str, Any]:
    """One row: each column's cell as it was beside what it becomes."""
    originals, marks, extra = line.get("originals", {}), line.get("marks", []), line.get("extra", {})
    cells = []
    for column in columns:
        element = taken(column)
        if not element or element.startswith(FALLBACK):
            if text := extra.get(column.header, ""):
                cells.append(_cell(column.header, "", text, text, "extra"))
            continue
        value = line["elements"].get(element, "")
        was = originals.get(column.header, value)
        if was or value:
            kind = "marked" if column.header in marks else "normalised" if was != value else "same"
            cells.append(_cell(column.header, element, was, value, kind))
    for name, header in ((name.removesuffix(" ←"), header) for name, header in extra.items() if name.endswith(" ←")):
        cells.append(_cell(header, name, extra.get(header, ""), line["elements"].get(name, ""), "fallback"))
    record = record_of(json.loads(json.dumps(line)), fonds)
    result = compare_records([record])
    outcome = (
        "created" if result.created else "updated" if result.updated else "refused" if result.refused else "unchanged"
    )
    return {
        "row": line["row"], "ref": line["ref"], "fonds": line.get("fonds", fonds), "outcome": outcome, "cells": cells,
        "title": line["elements"].get("title", "")[:_LONGEST],
    }  # fmt: skip


def _cell(header: str, element: str, was: str, becomes: str, kind: str) -> dict[str, str]:
    return {
        "header": header,
        "element": element,
        "was": was[:_LONGEST],
        "becomes": becomes[:_LONGEST],
        "kind": kind,
    }


def _rejected(folder: Path, refused: Iterable[Line]) -> Iterator[Line]:
    for line in _lines(folder / REJECTED):
        yield line["row"], Message.from_json(line["reason"]), line["cells"]
    yield from refused


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as stream:
        for line in stream:
            yield json.loads(line)
