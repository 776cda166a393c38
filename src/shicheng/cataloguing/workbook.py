"""The workbook of rejected rows: the catalogue's own columns, to be mended and sent again, with the reasons."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from shicheng.cataloguing.rows import REASON_HEADER, ROW_HEADER
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.cells import LONGEST_CELL, guarded

_PER_SHEET: Final = 1_000_000
_MOST_COLUMNS: Final = 16_380

Line = tuple[int, Message, Sequence[str]]
"""Row, reason, cells."""


def write_workbook(path: Path, header: Sequence[str], lines: Iterable[Line]) -> int:
    """Write the rejected rows and return how many there are; nothing is written if there are none.

    Every cell is text. One that a spreadsheet program could take for a formula has an apostrophe before it,
    which is taken away again when the workbook is read as a catalogue.
    """
    from openpyxl import Workbook  # a tenth of a second, which no other command should wait for

    listed = iter(lines)
    first = next(listed, None)
    if first is None:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    count = 0
    book = Workbook(write_only=True)
    everything: Iterator[Line] = itertools.chain([first], listed)
    while some := list(itertools.islice(everything, 1)):
        sheet = book.create_sheet()
        sheet.freeze_panes = "A2"
        width = min(len(header), _MOST_COLUMNS)
        sheet.append([_bold(sheet, name) for name in [*header[:width], ROW_HEADER, REASON_HEADER]])
        for line in itertools.chain(some, itertools.islice(everything, _PER_SHEET - 1)):
            sheet.append(_cells(line, width))
            count += 1
    book.save(part)
    part.rename(path)
    return count


def _bold(sheet: Any, name: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=guarded(name))
    cell.font = Font(bold=True)
    return cell


def _cells(line: Line, width: int) -> list[str | int | None]:
    row, reason, cells = line
    beyond = [cell for cell in cells[width:] if cell]
    reasons = [str(reason)]
    if beyond:
        reasons.append(str(_("Beyond the last column stands: %(cells)s", cells=" | ".join(beyond)[:2000])))
    for place, cell in enumerate(cells[:width], start=1):
        if len(cell) > LONGEST_CELL:
            reasons.append(str(_("Column %(place)s was cut here; the whole is in the catalogue.", place=place)))
    own: list[str | int | None] = [guarded(cell) or None for cell in cells[:width]]
    own += [None] * (width - len(own))
    return [*own, row, guarded(" ".join(reasons))]
