"""Lists of items for people: rows of text under the column headers that offices use."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from shicheng.packages.elements import ADDED, BY_NAME
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
_FILE_HEADERS: Final = {"files": "文件数", "size": "字节数"}
# What Excel takes: 1,048,576 rows, 16,384 columns, 32,767 characters in a cell.
_ROWS_OF_SHEET: Final = 1_000_000
_COLUMNS_OF_SHEET: Final = 16_384
_SIGNS_OF_CELL: Final = 32_767
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
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

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


def write_catalogue(
    read: Callable[[], Iterable[ExportItem]], target: Path, *, form: str = "csv", columns: Sequence[str] = ()
) -> Exported:
    """Write the descriptions of items as one table for spreadsheets, csv or xlsx; content is not touched.

    `columns` are names of `packages.elements`, or `files` and `size` of an item's files; without any, every element
    that some item has is a column, for which `read` is called twice. Nothing is gathered in memory. A cell that a
    spreadsheet would run as a formula is text in xlsx and gets an apostrophe before it in csv.
    """
    chosen, extra = list(columns), []
    if not chosen:
        rows = _Names()
        for item in read():
            rows.add(item)
        chosen, extra = list(rows.elements), list(rows.extra)
    tally = Tally()

    def lines() -> Iterator[list[str]]:
        for number, item in enumerate(read(), start=1):
            tally.add(item)
            yield [str(number), *(_value(item, name) for name in chosen), *(item.extra.get(name, "") for name in extra)]

    header = ["序号", *(_header(name) for name in chosen), *extra]
    with new_place(target, folder=False) as place:
        if form == "xlsx":
            _write_sheets(place, header, lines())
        else:
            write_csv(place, header, lines(), guarded=True)
    return tally.result()


class _Names:
    """Gathers which columns there are."""

    def __init__(self) -> None:
        self.elements: dict[str, None] = dict.fromkeys(USUAL)
        self.extra: dict[str, None] = {}

    def add(self, item: ExportItem) -> None:
        self.elements.update(dict.fromkeys(name for name in item.elements if name != "row_number"))
        self.extra.update(dict.fromkeys(item.extra))


def _header(name: str) -> str:
    if name.startswith(ADDED):
        return name.removeprefix(ADDED)
    return _FILE_HEADERS.get(name) or _HEADERS.get(name, BY_NAME[name].label_zh if name in BY_NAME else name)


def _value(item: ExportItem, name: str) -> str:
    match name:
        case "reference_code":
            return item.ref
        case "files":
            return str(len(item.files))
        case "size":
            return str(sum(file.size for file in item.files))
    if name.startswith(ADDED):
        return item.extra.get(name.removeprefix(ADDED), "")
    return item.elements.get(name, "")


def _write_sheets(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write as many sheets as the rows need, row by row, each with the header."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    listed = iter(rows)
    for number in itertools.count(1):
        part = itertools.islice(listed, _ROWS_OF_SHEET)
        first = next(part, None)
        if first is None and number > 1:
            break
        sheet = book.create_sheet(f"目录{number}" if number > 1 else "目录")
        sheet.freeze_panes = "A2"
        for row in itertools.chain([header], [] if first is None else [first], part):
            cells = []
            for text in row[:_COLUMNS_OF_SHEET]:
                cell = WriteOnlyCell(sheet, value=plain_text(text)[:_SIGNS_OF_CELL])
                cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    book.save(path)
