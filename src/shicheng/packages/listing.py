"""Lists in csv, tsv and xlsx as one stream of rows with a header found by what it says."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from shicheng.kernel.messages import message as _
from shicheng.packages.names import problem, visible
from shicheng.packages.texts import Encoding, detect_encoding
from shicheng.packages.types import Limits, PackageFile, PackageProblem, ProblemKind

HEADER_ROWS = 20
_DELIMITERS = (",", "\t", ";", "|", "，")

Mapper = Callable[[Sequence[str]], list[str | None]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its rows as the workbook says, and how many columns of its header are known."""

    name: str
    rows: int | None
    known: int


@dataclass(slots=True)
class Table:
    """A list: its header as written, what each column means, and its rows, read once while iterating.

    `rows` gives (row, cells); row 1 is the first below the header, blank rows are left out but counted.
    Problems found while rows are read are added to `problems`.
    """

    header: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    rows: Iterator[tuple[int, list[str]]] = field(default_factory=lambda: iter(()))
    problems: list[PackageProblem] = field(default_factory=list)
    found: bool = False  # a header was found
    codec: str = ""  # how a text list is written; "" for workbooks
    sheet: str = ""  # the sheet that is read
    above: int = 0  # rows of a sheet down to its header, so that row n of `rows` is row above + n of the sheet
    sheets: list[Sheet] = field(default_factory=list)  # all there are in a workbook


def open_list(file: PackageFile, mapper: Mapper, *, limits: Limits) -> Table:
    """Open a list; `mapper` names the columns of a header row, the row with most names is the header."""
    if file.size > limits.list_bytes:
        table = Table()
        table.problems.append(
            problem(
                ProblemKind.LIST,
                _(
                    "The list %(path)s has %(size)d bytes, more than the %(limit)d that are read. "
                    "Divide the batch or raise the limit.",
                    path=visible(file.path),
                    size=file.size,
                    limit=limits.list_bytes,
                ),
                path=file.path,
            )
        )
        return table
    with file.open() as stream:
        head = stream.read(8)
    if head.startswith(b"PK\x03\x04"):
        from shicheng.packages.sheets import open_sheet

        return open_sheet(file, mapper, limits=limits)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        table = Table()
        table.problems.append(
            problem(
                ProblemKind.LIST,
                _(
                    "The list %(path)s is in the old Excel form (.xls) or protected by a password and was not "
                    "read. Save it as .xlsx without a password, or as .csv.",
                    path=visible(file.path),
                ),
                path=file.path,
            )
        )
        return table
    return _open_text(file, mapper, limits=limits)


def find_header(rows: Sequence[Sequence[str]], mapper: Mapper) -> tuple[int, list[str | None]] | None:
    """Find the header among the first rows: most columns known, at least two (or the only one there is)."""
    best: tuple[int, int, list[str | None]] | None = None
    for index, cells in enumerate(rows[:HEADER_ROWS]):
        names = mapper(cells)
        known = sum(name is not None for name in names)
        filled = sum(bool(cell.strip()) for cell in cells)
        if (known >= 2 or (known == 1 and filled == 1)) and (best is None or known > best[0]):
            best = (known, index, names)
    return (best[1], best[2]) if best is not None else None


def guess_header(rows: Sequence[Sequence[str]]) -> tuple[int, list[str | None]] | None:
    """The row that is most likely the header where none is known: the first with the most filled cells."""
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows[:HEADER_ROWS]]
    if not any(filled):
        return None
    at = filled.index(max(filled))
    return at, [None] * len(rows[at])


def no_header(path: str) -> PackageProblem:
    """Say that a list has no header row that is understood."""
    return problem(
        ProblemKind.LIST,
        _(
            "The list %(path)s has no row of column headers that is known (such as 档号, 题名, 路径) among its "
            "first %(rows)d rows. Put the headers in.",
            path=visible(path),
            rows=HEADER_ROWS,
        ),
        path=path,
    )


def below(rows: Iterator[Sequence[str]], table: Table, path: str) -> Iterator[tuple[int, list[str]]]:
    """Number the rows below the header, drop blank ones, and note cells beyond the header."""
    width = len(table.header)
    wide = 0
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) > width and any(cells[width:]) and not wide:
            wide = number
            table.problems.append(
                problem(
                    ProblemKind.LIST,
                    _(
                        "Row %(row)d of the list %(path)s has more cells than the list has columns; what stands "
                        "beyond was not read. Check separators and quotation marks from that row on.",
                        row=number,
                        path=visible(path),
                    ),
                    path=path,
                )
            )
        yield number, cells


def _open_text(file: PackageFile, mapper: Mapper, *, limits: Limits) -> Table:
    table = Table()
    encoding = detect_encoding(file, limit=limits.list_bytes)
    if encoding.problem is not None:
        table.problems.append(encoding.problem)
    delimiter, found = ",", None
    for candidate in _DELIMITERS:
        with _text(file, encoding) as stream:
            start = _first_rows(stream, candidate)
        match = find_header(start, mapper)
        if match is not None and (found is None or _known(match) > _known(found)):
            delimiter, found = candidate, match
    if found is None:
        table.problems.append(no_header(file.path))
        return table
    stream = _text(file, encoding)
    rows = _parse(stream, delimiter, table, file.path)
    for _skipped in range(found[0]):
        next(rows)
    table.header = [cell.strip() for cell in next(rows)]
    table.names = found[1]
    table.found = True
    table.codec = encoding.codec
    table.rows = below(rows, table, file.path)
    return table


def _known(found: tuple[int, list[str | None]]) -> int:
    return sum(name is not None for name in found[1])


def _text(file: PackageFile, encoding: Encoding) -> io.TextIOWrapper:
    stream = file.open()
    stream.read(encoding.skip)
    return io.TextIOWrapper(stream, encoding=encoding.codec, errors="replace", newline="")


def _first_rows(stream: io.TextIOWrapper, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # told when the rows themselves are read
        rows.extend(itertools.islice(csv.reader(_lines(stream, None, ""), delimiter=delimiter), HEADER_ROWS))
    return rows


def _lines(stream: io.TextIOWrapper, table: Table | None, path: str) -> Iterator[str]:
    """Give the lines without NUL characters, which no list has a use for."""
    noted = table is None
    for line in stream:
        if "\x00" in line:
            line = line.replace("\x00", "")
            if not noted and table is not None:
                noted = True
                table.problems.append(
                    problem(
                        ProblemKind.LIST,
                        _(
                            "The list %(path)s has NUL characters, which were left out. Save it again from the "
                            "program that wrote it.",
                            path=visible(path),
                        ),
                        path=path,
                    )
                )
        yield line


def _parse(stream: io.TextIOWrapper, delimiter: str, table: Table, path: str) -> Iterator[list[str]]:
    with stream:
        reader = csv.reader(_lines(stream, table, path), delimiter=delimiter)
        while True:
            try:
                yield next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                table.problems.append(
                    problem(
                        ProblemKind.LIST,
                        _(
                            "The list %(path)s cannot be read beyond line %(line)d: %(reason)s. Often a quotation "
                            "mark is not closed.",
                            path=visible(path),
                            line=reader.line_num,
                            reason=str(error),
                        ),
                        path=path,
                    )
                )
                return
