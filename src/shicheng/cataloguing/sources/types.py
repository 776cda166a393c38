"""A catalogue while it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from shicheng.cataloguing.headers import map_header, propose, taken
from shicheng.cataloguing.types import Column
from shicheng.kernel.messages import Message


@dataclass(slots=True)
class Source:
    """A catalogue: its header, what the columns mean, and its rows, read once while iterating.

    `rows` gives (row, cells); row 1 is the first below the header, rows with nothing in them are left out
    but counted. Problems found while rows are read are added to `problems`.
    """

    form: str
    header: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: Iterator[tuple[int, list[str]]] = field(default_factory=lambda: iter(()))
    problems: list[Message] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[dict[str, Any]] = field(default_factory=list)  # of a workbook: name, rows, known columns


@dataclass(frozen=True, slots=True)
class Given:
    """The file a catalogue is read from, and what was decided about its columns before."""

    path: Path
    name: str  # as it came, for messages and to tell its form
    scratch: Path  # folder for what has to be unpacked
    saved: Mapping[str, str] = field(default_factory=dict)  # header -> element or ""
    beside: tuple[Path, ...] = ()  # memo files of a dbf
    sheet: str = ""  # of a workbook; "" for the one whose header is best known
    guess: bool = False  # also read what has no known header, for somebody to say what its columns mean

    def open(self) -> BinaryIO:
        """Open the file for reading from the start."""
        return self.path.open("rb")

    @property
    def mapper(self) -> Callable[..., list[str | None]]:
        """How a header row is known among the first rows."""
        return lambda cells: map_header(cells, self.saved)


def describe_columns(header: list[str], given: Given) -> list[Column]:
    """What the columns mean, with a name for those that have none."""
    named = [cell or f"#{place}" for place, cell in enumerate(header, start=1)]
    return propose(named, given.saved)


def has_title(columns: list[Column]) -> bool:
    """Tell whether one of the columns is the title."""
    return any(taken(column) == "title" for column in columns)
