"""Shapes of what is missing, of what is expected, and of plans of accessions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In, Json, Out, Reason, Text
from shicheng.planning.figures import share
from shicheng.planning.models import Finding, Plan, PlanLine
from shicheng.planning.reminding import Reminder
from shicheng.planning.types import Draft, Line

_Explanation = Literal["void", "not_filed", "elsewhere", "other"]  # of `types.EXPLANATIONS`
_Short = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
_Count = Annotated[int, Field(ge=0, le=2**31 - 1)]


class FindingOut(Out):
    """Something a unit should have filed and that is not here."""

    id: UUID
    unit: str
    fonds: str
    year: int
    kind: str = Field(description="calendar, numbers, meetings or kinds")
    key: str
    klass: str = Field(description="Department or subject it belongs to, where that is known.")
    row: str
    what: str
    why: str
    missing: int
    facts: Json
    due: date
    since: datetime
    state: str = Field(description="open, explained or settled")
    explained_as: str
    explanation: str
    explained_by: str

    @classmethod
    def of(cls, one: Finding) -> FindingOut:
        """Show a finding."""
        facts = {name: value for name, value in one.facts.items() if name != "records"}  # `WholeFindingOut` has them
        return cls(
            id=one.pk, unit=one.unit.code, fonds=one.fonds_code, year=one.year, kind=one.kind, key=one.key,
            klass=one.klass, row=one.row_key, what=str(one.said), why=str(one.why), missing=one.missing,
            facts=facts, due=one.due, since=one.since, state=one.state, explained_as=one.explained_as,
            explanation=one.explanation, explained_by=one.explained_by,
        )  # fmt: skip


class WholeFindingOut(FindingOut):
    """A finding with the records its expectation rests on."""

    records: list[str] = Field(description="Reference codes of those the caller may see.")

    @classmethod
    def whole(cls, one: Finding, records: list[str]) -> WholeFindingOut:
        """Show a finding with its records."""
        return cls(**FindingOut.of(one).model_dump(), records=records)


class FindingPage(Out):
    """Findings, page by page."""

    items: list[FindingOut]
    next: str


class WatchRow(Out):
    """One unit with how much is missing of it by kind."""

    unit: str
    kinds: dict[str, int]


class ReminderOut(Out):
    """What a unit owes of one year, and who is to be told of it."""

    unit: str
    year: int
    findings: int
    missing: int
    due: date
    days_late: int
    told: list[str]
    leader: str
    department: str
    handlers: list[str]

    @classmethod
    def of(cls, one: Reminder) -> ReminderOut:
        """Show a reminder."""
        return cls(
            unit=one.unit, year=one.year, findings=one.findings, missing=one.missing, due=one.due,
            days_late=one.days_late, told=sorted(one.told), leader=one.answers.leader,
            department=one.answers.department, handlers=list(one.answers.handlers),
        )  # fmt: skip


class WatchOut(Out):
    """What is missing in numbers, and what is overdue by unit and year."""

    units: list[WatchRow]
    overdue: list[ReminderOut]


class CameOut(Out):
    """A class or row with what came of it; without either, the unit as a whole."""

    klass: str
    row: str
    label: str
    came: int
    before: int
    due: date

    @classmethod
    def of(cls, one: Line) -> CameOut:
        """Show a line."""
        return cls(klass=one.klass, row=one.row_key, label=one.label, came=one.came, before=one.before, due=one.due)


class ExplainIn(In):
    """Findings to be explained, by id, and how."""

    findings: Annotated[list[UUID], Field(min_length=1, max_length=5000)]
    why: _Explanation
    reason: Reason
    preview: Annotated[bool, Field(description="Only count what would be explained.")] = False


class ExplainedOut(Out):
    """How many findings are explained, or would be."""

    explained: int
    missing: int
    left: int


class TermsIn(In):
    """What is said otherwise than for all, or than by default; the names of `terms`, each may be left out."""

    change: Annotated[dict[_Short, Any], Field(max_length=20)]


class TermsOut(Out):
    """What is expected, and what of it was changed here."""

    terms: Json
    changed: Json


class BeginPlanIn(In):
    """The plan of a year to be begun."""

    year: Annotated[int, Field(ge=1900, le=2200)]
    origin: Literal["forecast", "copy", "empty"] = "forecast"


class PlanLineShape(In):
    """What one unit is to hand over; an empty category or retention takes any."""

    unit: _Short
    category: _Short = ""
    retention: _Short = ""
    quarter: Annotated[int, Field(ge=1, le=4)] = 2
    items: _Count = 0
    volumes: _Count = 0
    bytes: Annotated[int, Field(ge=0, le=2**60)] = 0
    note: Text = ""

    def draft(self) -> Draft:
        """The line as the room writes it."""
        return Draft(
            self.unit, self.category, self.retention, self.quarter, self.items, self.volumes, self.bytes, {}, self.note
        )


class PlanLinesIn(In):
    """All lines of a plan."""

    lines: Annotated[list[PlanLineShape], Field(max_length=5000)]
    revision: Annotated[int | None, Field(ge=1, le=10**9, description="What was read; else the present one.")] = None


class PlanLineOut(Out):
    """A line with what came."""

    id: UUID
    unit: str
    category: str
    retention: str
    quarter: int
    items: int
    volumes: int
    bytes: int
    came_items: int
    came_volumes: int
    came_bytes: int
    done: int = Field(description="Percent of the first quantity that is planned.")
    note: str

    @classmethod
    def of(cls, one: PlanLine) -> PlanLineOut:
        """Show a line."""
        return cls(
            id=one.pk, unit=one.unit.code, category=one.category, retention=one.retention, quarter=one.quarter,
            items=one.items, volumes=one.volumes, bytes=one.bytes, came_items=one.came_items,
            came_volumes=one.came_volumes, came_bytes=one.came_bytes, note=one.note,
            done=share((one.items, one.volumes, one.bytes), (one.came_items, one.came_volumes, one.came_bytes)),
        )  # fmt: skip


class PlanOut(Out):
    """A plan of accessions."""

    year: int
    state: str = Field(description="draft, submitted, approved or closed")
    revision: int
    note: str
    approved_by: str
    closed_by: str
    counted_at: datetime | None
    digest: str = Field(description="SM3 over the figures a closed plan was frozen with, as the log has them.")

    @classmethod
    def of(cls, one: Plan) -> PlanOut:
        """Show a plan."""
        return cls(
            year=one.year, state=one.state, revision=one.revision, note=one.note, approved_by=one.approved_by,
            closed_by=one.closed_by, counted_at=one.counted_at, digest=one.digest,
        )  # fmt: skip


class WholePlanOut(PlanOut):
    """A plan with the lines the caller may see."""

    lines: list[PlanLineOut]
    unplanned: list[Json]

    @classmethod
    def whole(cls, one: Plan, lines: list[PlanLine], unplanned: list[dict[str, Any]]) -> WholePlanOut:
        """Show a plan with lines."""
        return cls(**PlanOut.of(one).model_dump(), lines=[PlanLineOut.of(each) for each in lines], unplanned=unplanned)
