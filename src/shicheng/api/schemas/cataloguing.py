"""Shapes of trials of catalogues, of what columns mean, and of files attached to records."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import In, Out
from shicheng.api.schemas.imports import ColumnOut
from shicheng.cataloguing.models import Attachment, Mapping, Trial
from shicheng.cataloguing.types import Look
from shicheng.kernel.messages import Message

Columns = dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=100)]]


class SheetOut(Out):
    """One sheet of a workbook; `rows` as the workbook says, `known` columns of its header that are understood."""

    name: str
    rows: int | None
    known: int


class LookOut(Out):
    """How a catalogue is written and what its columns seem to mean. `samples` and `filled` go with `columns`."""

    form: str
    encoding: str
    sheet: str
    sheets: list[SheetOut]
    rows: int
    has_more: bool
    columns: list[ColumnOut]
    samples: list[list[str]]
    filled: list[int]
    problems: list[str]

    @classmethod
    def of(cls, look: Look) -> LookOut:
        """Show a look."""
        return cls(
            form=look.form, encoding=look.encoding, sheet=look.sheet,
            sheets=[SheetOut(**sheet) for sheet in look.sheets], rows=look.rows, has_more=look.has_more,
            columns=[ColumnOut.of(one) for one in look.columns], samples=look.samples, filled=look.filled,
            problems=[str(Message.from_json(one)) for one in look.problems],
        )  # fmt: skip


class CellOut(Out):
    """One value of a row: as it `was` in the catalogue, and what it `becomes`.

    `kind` is same, normalised, marked (no rule could read it: kept as it was), fallback or extra.
    """

    header: str
    element: str
    was: str
    becomes: str
    kind: str


class RowOut(Out):
    """What one row would become; `outcome` is created, updated, unchanged or refused."""

    row: int
    ref: str
    fonds: str
    title: str
    outcome: str
    cells: list[CellOut]


class RejectedOut(Out):
    """A row that would not come in."""

    row: int
    reason: str
    cells: list[str]


class ResultOut(Out):
    """What taking a catalogue in would do."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    marked: int
    normalised: int
    suspects: int
    marks: dict[str, int]
    columns: list[ColumnOut]
    problems: list[str]
    sample: list[RowOut]
    rejected_rows: list[RejectedOut]

    @classmethod
    def of(cls, stored: dict[str, Any]) -> ResultOut:
        """Show what is kept of a trial."""
        plain = ("rows", "created", "updated", "unchanged", "rejected", "marked", "normalised", "suspects", "marks")
        columns = [
            ColumnOut(header=one["header"], element=one["element"], confidence=one["confidence"])
            for one in stored["columns"]
        ]
        return cls(
            **{name: stored[name] for name in plain}, columns=columns,
            problems=[str(Message.from_json(one)) for one in stored["problems"]],
            sample=[RowOut(**row) for row in stored["sample"]],
            rejected_rows=[
                RejectedOut(row=row["row"], reason=str(Message.from_json(row["reason"])), cells=row["cells"])
                for row in stored["rejected_rows"]
            ],
        )  # fmt: skip


class TrialOut(Out):
    """A catalogue on trial: `state` is looking, looked, trying, tried or failed (`problem` says why)."""

    id: UUID
    state: str
    name: str
    source: str
    sheet: str
    fonds: str
    bytes: int
    look: LookOut | None
    result: ResultOut | None
    problem: str
    job: UUID | None
    made_by: str
    made_at: datetime

    @classmethod
    def of(cls, one: Trial) -> TrialOut:
        """Show a trial."""
        return cls(
            id=one.pk, state=one.state, name=one.name, source=one.source, sheet=one.sheet, fonds=one.fonds_code,
            bytes=one.bytes, look=LookOut.of(Look.from_json(one.look)) if one.look else None,
            result=ResultOut.of(one.result) if one.result else None, problem=_told(one.problem), job=one.job,
            made_by=one.made_by, made_at=one.made_at,
        )  # fmt: skip


class TrialPage(Out):
    """One page of trials, newest first."""

    items: list[TrialOut]
    next: str


class DecisionIn(In):
    """What is decided of a trial; what is left out stays. `columns`: header → element, "" for an extra column."""

    columns: Columns | None = Field(default=None, max_length=2000)
    fonds: str | None = Field(default=None, max_length=40)
    mapping: str | None = Field(default=None, max_length=200)
    sheet: str | None = Field(default=None, max_length=200)


class MappingOut(Out):
    """What the columns of a source mean."""

    name: str
    columns: dict[str, str]
    saved_by: str
    saved_at: datetime

    @classmethod
    def of(cls, one: Mapping) -> MappingOut:
        """Show a mapping."""
        return cls(name=one.name, columns=one.columns, saved_by=one.saved_by, saved_at=one.saved_at)


class MappingIn(In):
    """What the columns of a source mean: header → element, "" for an extra column."""

    columns: Columns = Field(max_length=2000)


class SuspectOut(Out):
    """Two rows that may be one record."""

    row: int
    other: int
    reason: str
    title: str


class PatternIn(In):
    """How a path names its record, and in which fonds; both may be empty."""

    pattern: str = Field(default="", max_length=300)
    fonds: str = Field(default="", max_length=40)


class UnmatchedOut(Out):
    """A file that goes to no record; `codes` are those of several, `reason` why it was refused."""

    path: str
    codes: list[str] = []
    reason: str = ""


class AttachmentOut(Out):
    """Files on their way to records: `state` is trying, tried, attaching, attached or failed."""

    id: UUID
    state: str
    name: str
    pattern: str
    fonds: str
    bytes: int
    files: int
    matched: int
    records: int
    known: int
    missing: list[UnmatchedOut]
    ambiguous: list[UnmatchedOut]
    refused: list[UnmatchedOut]
    problem: str
    job: UUID | None
    made_by: str
    made_at: datetime
    done_at: datetime | None

    @classmethod
    def of(cls, one: Attachment) -> AttachmentOut:
        """Show files on their way."""
        told = one.result or {}
        return cls(
            id=one.pk, state=one.state, name=one.name, pattern=one.pattern, fonds=one.fonds_code, bytes=one.bytes,
            files=told.get("files", 0), matched=told.get("matched", 0), records=told.get("items", 0),
            known=told.get("known", 0), missing=[UnmatchedOut(**row) for row in told.get("missing", [])],
            ambiguous=[UnmatchedOut(**row) for row in told.get("ambiguous", [])],
            refused=[UnmatchedOut(**row) for row in told.get("refused", [])], problem=_told(one.problem), job=one.job,
            made_by=one.made_by, made_at=one.made_at, done_at=one.done_at,
        )  # fmt: skip


class AttachmentPage(Out):
    """One page of files on their way, newest first."""

    items: list[AttachmentOut]
    next: str


def _told(problem: dict[str, Any] | None) -> str:
    return str(Message.from_json(problem["message"])) if problem else ""
