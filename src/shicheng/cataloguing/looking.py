"""Looking at a catalogue before anything is decided: sheets, encoding, rows, columns with samples. No Django here.

Runs in a child process (see `reading`), as reading it through does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from shicheng.cataloguing.preparing import Task
from shicheng.cataloguing.sources.jsonlines import BROKEN
from shicheng.cataloguing.sources.opening import open_source
from shicheng.cataloguing.types import Look

LOOKED_AT: Final = 5000  # rows that samples are taken from
SAMPLES: Final = 5
_LONGEST: Final = 120  # characters of a sample
_MOST_COLUMNS: Final = 1000
# Counting on costs as much as reading; a workbook's rows are slow, and it says itself how many there are.
_COUNTED: Final = {"xlsx": 20_000}
_MOST_COUNTED: Final = 5_000_000
_TELL_EVERY: Final = 5000


def look(task: Task, tell: Callable[[int], None] = lambda rows: None) -> Look:
    """Look at a catalogue; raises `UnreadableCatalogue`, and `UnknownHeader` only where there is no row at all."""
    folder = Path(task.folder)
    folder.mkdir(parents=True, exist_ok=True)
    source = open_source(task.given(guess=True))
    found = Look(form=source.form, encoding=source.encoding, delimiter=source.delimiter, sheet=source.sheet)
    found.sheets, found.columns = source.sheets, source.columns[:_MOST_COLUMNS]
    width = len(found.columns)
    samples: list[dict[str, None]] = [{} for _column in found.columns]
    found.filled = [0] * width
    most = _COUNTED.get(source.form, _MOST_COUNTED)
    for _number, cells in source.rows:
        if found.rows >= most:
            found.has_more = True
            break
        found.rows += 1
        if found.rows % _TELL_EVERY == 0:
            tell(found.rows)
        if found.looked >= LOOKED_AT or cells[0] == BROKEN:
            continue
        found.looked += 1
        for place, cell in enumerate(cells[:width]):
            if cell:
                found.filled[place] += 1
                if len(samples[place]) < SAMPLES:
                    samples[place].setdefault(cell[:_LONGEST])
    found.samples = [list(some) for some in samples]
    found.problems = [one.to_json() for one in source.problems]
    (folder / "unpacked").unlink(missing_ok=True)
    return found
