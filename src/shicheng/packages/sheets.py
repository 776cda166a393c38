"""Item and file lists in Excel workbooks (.xlsx)."""

from __future__ import annotations

import datetime
import itertools
import re
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from shicheng.kernel.messages import message as _
from shicheng.packages.errors import PackageFault, UnreadablePackage
from shicheng.packages.listing import (
    HEADER_ROWS,
    Mapper,
    Sheet,
    Table,
    below,
    find_header,
    guess_header,
    no_header,
)
from shicheng.packages.names import problem, visible
from shicheng.packages.tree import Tree
from shicheng.packages.types import Limits, PackageFile, ProblemKind
from shicheng.packages.zips import read_zip

_HEAD = 1 << 16
_FIRST_ELEMENT = re.compile(rb"<[A-Za-z_]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z0-9:]+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_MAX_MERGED = 10_000
_PIECE = 1 << 20


def open_sheet(file: PackageFile, mapper: Mapper, *, limits: Limits, wanted: str = "", guess: bool = False) -> Table:
    """Open the sheet `wanted` of a workbook, or the one whose header is best known.

    With `guess` a sheet without a known header is read too: by the row most likely to be one.
    """
    from openpyxl import load_workbook  # a tenth of a second, which lists in other forms should not wait for

    table = Table()
    spool = cast(BinaryIO, tempfile.NamedTemporaryFile(suffix=".xlsx"))  # noqa: SIM115 -- lives as long as the rows
    try:
        with file.open() as stream:
            while piece := stream.read(_PIECE):
                spool.write(piece)
        spool.flush()
        reason = _unsafe(Path(spool.name), limits)
        if reason is not None:
            raise ValueError(reason)
        book = load_workbook(spool, read_only=True, data_only=True, keep_links=False)
        chosen: tuple[int, Any, int, list[str | None]] | None = None
        for sheet in book.worksheets:
            said = sheet.max_row
            sheet.reset_dimensions()  # programs write wrong ones, which would cut rows off
            start = [_texts(row) for row in itertools.islice(sheet.iter_rows(values_only=True), HEADER_ROWS)]
            found = find_header(start, mapper)
            known = sum(name is not None for name in found[1]) if found else 0
            table.sheets.append(Sheet(sheet.title, said, known))
            if found is None and guess:
                found = guess_header(start)
            right = not wanted or sheet.title == wanted
            if found is not None and right and (chosen is None or known > chosen[0]):
                chosen = (known, sheet, found[0], found[1])
    except PackageFault:
        spool.close()
        raise
    except Exception as error:  # openpyxl answers a damaged workbook with errors of every kind
        spool.close()
        table.problems.append(_unreadable(file.path, str(error)))
        return table
    if chosen is None:
        spool.close()
        names_there = [one.name for one in table.sheets]
        missing = wanted and wanted not in names_there
        table.problems.append(_no_sheet(file.path, wanted, names_there) if missing else no_header(file.path))
        return table
    _known, sheet, at, names = chosen
    table.sheet, table.above = sheet.title, at + 1
    merged, formulas = _special_cells(Path(spool.name), sheet._worksheet_path, limits)
    if formulas:
        _note_empty_formulas(spool, sheet, table, file.path)
    rows = _rows(spool, sheet, merged, table, file.path)
    header: list[str] = []
    for _skipped in range(at + 1):
        header = next(rows)
    while header and not header[-1].strip():
        header.pop()
    table.header, table.names, table.found = [cell.strip() for cell in header], names[: len(header)], True
    table.rows = below(rows, table, file.path)
    return table


def cell_text(value: object) -> str:
    """Write the value of a cell as a person sees it: whole numbers without point, dates as YYYYMMDD."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y%m%d") if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.date):
        return value.strftime("%Y%m%d")
    return str(value)


def _texts(row: Sequence[object]) -> list[str]:
    return [cell_text(value) for value in row]


def _rows(spool: BinaryIO, sheet: Any, merged: dict[tuple[int, int], tuple[int, int]], table: Table,
          path: str) -> Iterator[list[str]]:  # fmt: skip
    """Give every row; cells inside a merged block take the value of its first cell."""
    firsts = set(merged.values())
    width = max((column for _row, column in merged), default=0)
    values: dict[tuple[int, int], str] = {}
    with spool:
        number = 0
        try:
            for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
                cells = _texts(row)
                if merged:
                    # rows end at their last filled cell; a merged block may reach further
                    cells.extend([""] * (width - len(cells)))
                    _fill(cells, number, merged, firsts, values)
                yield cells
        except Exception as error:  # as above: a damaged sheet may fail in any way, and only here
            table.problems.append(
                problem(
                    ProblemKind.LIST,
                    _(
                        "The list %(path)s cannot be read beyond row %(row)d: %(reason)s. "
                        "Open and save it again in Excel or WPS.",
                        path=visible(path),
                        row=number,
                        reason=str(error),
                    ),
                    path=path,
                )
            )


def _fill(cells: list[str], row: int, merged: dict[tuple[int, int], tuple[int, int]],
          firsts: set[tuple[int, int]], values: dict[tuple[int, int], str]) -> None:  # fmt: skip
    for index, cell in enumerate(cells):
        place = (row, index + 1)
        if place in firsts:
            values[place] = cell
        elif not cell and place in merged:
            cells[index] = values.get(merged[place], "")


def _special_cells(path: Path, inner: str, limits: Limits) -> tuple[dict[tuple[int, int], tuple[int, int]], bool]:
    """Find the cells merged downwards, and whether the sheet has formulas."""
    from openpyxl.utils import range_boundaries

    merged: dict[tuple[int, int], tuple[int, int]] = {}
    formulas = False
    with zipfile.ZipFile(path) as archive, archive.open(inner.lstrip("/")) as stream:
        tail = b""
        while piece := stream.read(_PIECE):
            window = tail + piece
            formulas = formulas or _FORMULA.search(window) is not None
            for found in _MERGED.finditer(window):
                left, top, right, bottom = (edge or 0 for edge in range_boundaries(found[1].decode("ascii")))
                # Only merging downwards in one column repeats a value; a title across columns does not.
                if left and left == right and top and bottom - top < _MAX_MERGED:
                    for row in range(top + 1, bottom + 1):
                        merged[row, left] = (top, left)
            tail = window[-200:]
    return merged, formulas


def _note_empty_formulas(spool: BinaryIO, sheet: Any, table: Table, path: str) -> None:
    """Name the first formula whose value the workbook does not hold."""
    from openpyxl import load_workbook

    book = load_workbook(spool, read_only=True, data_only=False, keep_links=False)
    other = book[sheet.title]
    other.reset_dimensions()
    for number, (values, formulas) in enumerate(
        zip(sheet.iter_rows(values_only=True), other.iter_rows(values_only=True), strict=False), start=1
    ):
        for value, formula in zip(values, formulas, strict=False):
            if value is None and isinstance(formula, str) and formula.startswith("="):
                table.problems.append(
                    problem(
                        ProblemKind.LIST,
                        _(
                            "The list %(path)s has a formula in row %(row)d of the sheet whose value is not stored, so "
                            "the cell was read as empty. Open and save it again in Excel or WPS, or paste values.",
                            path=visible(path),
                            row=number,
                        ),
                        path=path,
                        found=formula[:200],
                    )
                )
                return


def _unsafe(path: Path, limits: Limits) -> str | None:
    """Say why the parts of a workbook may not be parsed: bombs, refused members, document types."""
    try:
        tree: Tree = read_zip(path, limits=limits)
    except UnreadablePackage as error:
        return str(error)
    refused = next((p for p in tree.problems if p.refused), None)
    if refused is not None:
        return str(refused.message)
    if sum(file.size for file in tree.files.values()) > 8 * limits.list_bytes:
        return "too large when unpacked"
    for name, file in tree.files.items():
        if not name.endswith((".xml", ".rels", ".vml")):
            continue
        with file.open() as stream:
            head = stream.read(_HEAD)
        first = _FIRST_ELEMENT.search(head)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head or (head and first is None):
            return f"{name}: document type or no element"
    return None


def _no_sheet(path: str, wanted: str, there: list[str]) -> Any:
    return problem(
        ProblemKind.LIST,
        _(
            "The workbook %(path)s has no sheet “%(sheet)s”; its sheets are: %(sheets)s.",
            path=visible(path),
            sheet=wanted[:100],
            sheets=", ".join(there[:30]),
        ),
        path=path,
    )


def _unreadable(path: str, reason: str) -> Any:
    return problem(
        ProblemKind.LIST,
        _(
            "The list %(path)s cannot be read as an Excel workbook: %(reason)s. "
            "Open and save it again in Excel or WPS.",
            path=visible(path),
            reason=reason[:300],
        ),
        path=path,
    )
