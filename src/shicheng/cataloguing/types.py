"""Values this room hands out. No Django here: the child process that reads catalogues uses them too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shicheng.kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a catalogue and what it is taken for.

    `element` is "" where it is kept as an extra column; `confidence` runs from 0 to 100.
    """

    header: str
    element: str
    confidence: int
    reason: str = ""  # exact, decorated, similar, saved, none, repeated

    def to_json(self) -> dict[str, Any]:
        """The form that is kept."""
        return {"header": self.header, "element": self.element, "confidence": self.confidence, "reason": self.reason}


@dataclass(slots=True)
class Summary:
    """What reading a catalogue through to its end gave."""

    form: str = ""  # xlsx, csv, tsv, dbf, jsonl
    encoding: str = ""
    sheet: str = ""  # of a workbook
    header: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    rows: int = 0  # rows with anything in them
    accepted: int = 0
    rejected: int = 0
    marked: int = 0  # accepted with a value that could not be read
    normalised: int = 0  # accepted with a value that was brought into another form
    suspects: int = 0  # pairs of rows that may be one record
    parts: list[dict[str, Any]] = field(default_factory=list)  # name, rows, bytes, digests
    fonds: dict[str, str] = field(default_factory=dict)  # codes rows name, with the name beside each
    problems: list[dict[str, Any]] = field(default_factory=list)  # messages about the file as such
    marks: dict[str, int] = field(default_factory=dict)  # header -> values that could not be read
    reasons: dict[str, int] = field(default_factory=dict)  # template of the reason -> rejected rows

    def to_json(self) -> dict[str, Any]:
        """The form that is kept."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "columns": [column.to_json() for column in self.columns]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Summary:
        """Read back what `to_json` wrote."""
        return cls(**{**stored, "columns": [Column(**column) for column in stored["columns"]]})


@dataclass(slots=True)
class Look:
    """What a catalogue shows at first sight: how it is written, and what its columns seem to mean."""

    form: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: list[dict[str, Any]] = field(default_factory=list)  # name, rows as the workbook says, known columns
    columns: list[Column] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)  # of each column some different values
    filled: list[int] = field(default_factory=list)  # of each column rows that have a value, among those looked at
    looked: int = 0  # rows
    rows: int = 0
    has_more: bool = False  # there are more rows than were counted
    problems: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The form that is kept."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {**plain, "columns": [column.to_json() for column in self.columns]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Look:
        """Read back what `to_json` wrote."""
        return cls(**{**stored, "columns": [Column(**column) for column in stored["columns"]]})


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a catalogue."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    errors_workbook: str | None
    seconds: float
    number: str  # of the import; "" for a dry run
    fonds: str
    marked: int = 0
    suspects: int = 0
    columns: tuple[Column, ...] = ()
    problems: tuple[Message, ...] = ()
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """The fixed shape scripts depend on."""
        return {
            "rows": self.rows, "created": self.created, "updated": self.updated, "rejected": self.rejected,
            "errors_workbook": self.errors_workbook, "seconds": round(self.seconds, 3),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import changed."""

    number: str
    removed: int
    returned: int
    kept: int  # changed or given files since, so left as they are
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The fixed shape scripts depend on."""
        return {
            "import": self.number, "removed": self.removed, "returned": self.returned, "kept": self.kept,
            "seconds": round(self.seconds, 3),
        }  # fmt: skip
