"""Catalogues in csv and tsv, in UTF-8, GB18030, UTF-16, or line by line in one or the other."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
from collections.abc import Iterator
from typing import Final

from shicheng.cataloguing.errors import UnknownHeader
from shicheng.cataloguing.sources.types import Given, Source, describe_columns
from shicheng.kernel.messages import message as _
from shicheng.packages.listing import HEADER_ROWS, find_header, guess_header
from shicheng.packages.texts import Encoding, detect_encoding
from shicheng.packages.types import PackageFile

LONGEST_CELL: Final = 16 << 20
_DELIMITERS: Final = ("\t", ",", ";", "|", "，")
_LIMIT: Final = 16 << 30


def open_text(given: Given) -> Source:
    """Open a list of lines; the delimiter is the one by which the header is known best."""
    csv.field_size_limit(LONGEST_CELL)  # of this process, which reads nothing else
    encoding = encoding_of(given)
    found: tuple[int, str, int] | None = None
    for delimiter in _DELIMITERS:
        start = _first_rows(given, encoding, delimiter)
        match = find_header(start, given.mapper)
        if match is not None:
            known = sum(name is not None for name in match[1])
            if found is None or known > found[0]:
                found = (known, delimiter, match[0])
    if found is None and given.guess:
        found = _guessed(given, encoding)
    if found is None:
        raise UnknownHeader(
            _(
                "The catalogue %(name)s has no row of column headers that is known (such as 档号, 题名, title) "
                "among its first %(rows)s rows.",
                name=given.name,
                rows=HEADER_ROWS,
            ),
            hint=_("Put the headers in, or save a mapping that names this catalogue's own."),
        )
    _known, delimiter, at = found
    source = Source(form="tsv" if delimiter == "\t" else "csv", encoding=encoding.codec, delimiter=delimiter)
    if encoding.problem is not None and encoding.codec:
        source.problems.append(encoding.problem.message)
    rows = _parse(given, encoding, source)
    for _skipped in range(at):
        next(rows)
    source.header = [cell.strip() for cell in next(rows)]
    while source.header and not source.header[-1]:
        source.header.pop()
    source.columns = describe_columns(source.header, given)
    source.rows = filled(rows)
    return source


def filled(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Number the rows and leave those out that hold nothing."""
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield number, cells


def encoding_of(given: Given) -> Encoding:
    """Find out how the file is written by decoding all of it; an empty codec stands for mixed encodings."""
    file = PackageFile(given.name, given.name.encode("utf-8", "replace"), given.path.stat().st_size, given.open)
    encoding = detect_encoding(file, limit=_LIMIT)
    if encoding.errors == "replace" and not encoding.codec.startswith("utf-16"):
        return Encoding("", "replace", encoding.problem)
    return encoding


def lines_of(given: Given, encoding: Encoding, source: Source | None) -> Iterator[str]:
    """Give the lines of the file as text."""
    if encoding.codec:
        stream = given.open()
        stream.read(encoding.skip)
        with io.TextIOWrapper(stream, encoding=encoding.codec, errors="replace", newline="") as text:
            yield from text
        return
    others = broken = 0
    with given.open() as stream:
        for number, line in enumerate(stream):
            if number == 0:
                line = line.removeprefix(b"\xef\xbb\xbf")
            try:
                yield line.decode("utf-8")
                continue
            except UnicodeDecodeError:
                pass
            try:
                others += 1
                yield line.decode("gb18030")
            except UnicodeDecodeError:
                others, broken = others - 1, broken + 1
                yield line.decode("utf-8", "backslashreplace")
    if source is not None and (others or broken):
        source.problems.append(
            _(
                "The catalogue is written in more than one encoding: %(others)s lines were read as GB18030, the rest "
                "as UTF-8; in %(broken)s lines bytes that are neither stand as \\x… now.",
                others=others,
                broken=broken,
            )
        )


def _guessed(given: Given, encoding: Encoding) -> tuple[int, str, int] | None:
    """The delimiter that divides the likeliest header into most columns."""
    found: tuple[int, str, int] | None = None
    for delimiter in _DELIMITERS:
        guessed = guess_header(_first_rows(given, encoding, delimiter))
        if guessed is not None and (found is None or len(guessed[1]) > found[0]):
            found = (len(guessed[1]), delimiter, guessed[0])
    return found


def _first_rows(given: Given, encoding: Encoding, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # told when the rows themselves are read
        rows.extend(itertools.islice(csv.reader(lines_of(given, encoding, None), delimiter=delimiter), HEADER_ROWS))
    return rows


def _parse(given: Given, encoding: Encoding, source: Source) -> Iterator[list[str]]:
    reader = csv.reader(lines_of(given, encoding, source), delimiter=source.delimiter)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            source.problems.append(
                _(
                    "The catalogue can't be read beyond line %(line)s: %(reason)s. Often a quotation mark is not "
                    "closed; mend that line and send the catalogue again.",
                    line=reader.line_num,
                    reason=error,
                )
            )
            return
