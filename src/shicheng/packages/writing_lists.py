"""Lists of items for people: rows of text under the column headers that offices use."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from shicheng.packages.elements import BY_NAME
from shicheng.packages.writing_place import Tally, new_place, plain_text
from shicheng.packages.writing_types import Exported, ExportItem

# Headers that differ from the label, as the lists of archives have them.
_HEADERS: Final = {"department": "机构", "document_number": "文号", "note": "备注"}
USUAL: Final = (
    "reference_code",
    "fonds_code",
    "year",
    "retention",
    "department",
    "item_number",
    "document_number",
    "author",
    "title",
    "date",
    "secrecy",
    "pages",
    "attachments",
    "openness",
    "note",
)
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Rows:
    """Gathers the descriptions of items (never their content) until all columns are known."""

    def __init__(self) -> None:
        self._rows: list[tuple[Mapping[str, str], Mapping[str, str]]] = []
        self._elements: dict[str, None] = dict.fromkeys(USUAL)
        self._extra: dict[str, None] = {}

    def add(self, item: ExportItem) -> None:
        """Take the description of one item."""
        elements = {"reference_code": item.ref, **item.elements}
        elements.pop("row_number", None)
        self._elements.update(dict.fromkeys(elements))
        self._extra.update(dict.fromkeys(item.extra))
        self._rows.append((elements, item.extra))

    @property
    def header(self) -> list[str]:
        """The column headers, 序号 first."""
        names = [_HEADERS.get(name, BY_NAME[name].label_zh) for name in self._elements]
        return ["序号", *names, *self._extra]

    def __iter__(self) -> Iterator[list[str]]:
        for number, (elements, extra) in enumerate(self._rows, start=1):
            values = [elements.get(name, "") for name in self._elements]
            yield [str(number), *values, *(extra.get(name, "") for name in self._extra)]


def write_sheet(path: Path, name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write one sheet in which every cell is text, also one that looks like a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    for row in (header, *rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=plain_text(text))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    book.save(path)


def guard(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe is put before one."""
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], *, guarded: bool) -> None:
    """Write UTF-8 with byte-order mark and CRLF, which Excel opens rightly."""
    with path.open("x", encoding="utf-8-sig", newline="", errors="backslashreplace") as target:
        writer = csv.writer(target)
        for row in (header, *rows):
            writer.writerow([guard(text) for text in row] if guarded else row)


def write_csv_catalogue(items: Iterable[ExportItem], target: Path) -> Exported:
    """Write the descriptions of `items` as one CSV file for spreadsheets; content is not touched.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    rows, tally = Rows(), Tally()
    for item in items:
        rows.add(item)
        tally.add(item)
    with new_place(target, folder=False) as place:
        write_csv(place, rows.header, rows, guarded=True)
    return tally.result()
