"""Shapes of filing units, their tables and requests for approval."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In, Out, Text
from shicheng.approvals import selectors as approvals
from shicheng.approvals.models import ApprovalRequest
from shicheng.kernel.messages import Message
from shicheng.schemes.models import FilingRow, Schedule, Unit
from shicheng.schemes.preset_files import Preset
from shicheng.schemes.selectors import today
from shicheng.schemes.services import judge_schedule
from shicheng.schemes.tables import class_draft, row_draft
from shicheng.schemes.types import ClassDraft, Finding, RowDraft, TableDraft
from shicheng.schemes.viewing import standing
from shicheng.schemes.words import read_retention

Short = Annotated[str, Field(max_length=40, pattern=NO_NUL)]
Hints = Annotated[list[Annotated[str, Field(max_length=200, pattern=NO_NUL)]], Field(max_length=100)]


class ContactShape(In):
    """Somebody to ask at a unit."""

    name: Text = ""
    duty: Text = ""
    phone: Text = ""
    email: Text = ""


class SystemShape(In):
    """A system a unit uses."""

    name: Text = ""
    use: Text = ""
    since: Text = ""


class UnitIn(In):
    """What is written of a filing unit."""

    name: Annotated[str, Field(min_length=1, max_length=400, pattern=NO_NUL)]
    fonds: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    contacts: Annotated[list[ContactShape], Field(max_length=50)] = []
    systems: Annotated[list[SystemShape], Field(max_length=50)] = []
    note: Annotated[str, Field(max_length=5000, pattern=NO_NUL)] = ""


class UnitOut(Out):
    """A filing unit."""

    code: str
    name: str
    fonds: str
    contacts: list[dict[str, str]]
    systems: list[dict[str, str]]
    note: str
    closed: bool

    @classmethod
    def of(cls, one: Unit) -> UnitOut:
        """Show a unit."""
        return cls(
            code=one.code, name=one.name, fonds=one.fonds_code, contacts=one.contacts, systems=one.systems,
            note=one.note, closed=one.is_closed,
        )  # fmt: skip


class UnitPage(Out):
    """Units, page by page."""

    items: list[UnitOut]
    next: str


class ClassShape(In):
    """A class: a department or subject with the code it has in reference codes, or a group of such."""

    code: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    name: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""
    parent: Short = ""
    kind: Literal["department", "subject", "group"] = "subject"


class RowShape(In):
    """One row of a filing table; `retention` as Y, D30, 永久, 30年, 长期 …, "" while it is undecided."""

    key: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    scope: Annotated[str, Field(max_length=4000, pattern=NO_NUL)]
    category: Annotated[str, Field(max_length=20, pattern=NO_NUL)] = "WS"
    klass: Short = ""
    retention: Short = ""
    openness: Literal["", "open", "controlled", "deferred", "unreviewed"] = ""
    secrecy: Literal["", "public", "restricted", "confidential", "secret", "top_secret"] = ""
    examples: Hints = []
    words: Hints = []
    prefixes: Hints = []
    issuers: Hints = []
    source: Literal["", "S", "R"] = ""
    note: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""

    def draft(self) -> RowDraft:
        """The row as the room writes it; raises `RetentionError`."""
        code, written = read_retention(self.retention) if self.retention else ("", "")
        return RowDraft(
            key=self.key, scope=self.scope, category=self.category or "WS", klass=self.klass, retention=code,
            retention_text=written, openness=self.openness, secrecy=self.secrecy, examples=tuple(self.examples),
            words=tuple(self.words), prefixes=tuple(self.prefixes), issuers=tuple(self.issuers), source=self.source,
            note=self.note,
        )  # fmt: skip


class TableIn(In):
    """A whole table; it takes the place of what the draft says, and begins a draft where there is none."""

    classes: Annotated[list[ClassShape], Field(max_length=1000)] = []
    rows: Annotated[list[RowShape], Field(max_length=5000)] = []
    templates: dict[str, Annotated[str, Field(max_length=100, pattern=NO_NUL)]] = {}
    revision: Annotated[int | None, Field(description="Of the draft as it was read.", ge=1, le=10**8)] = None

    def draft(self) -> TableDraft:
        """The table as the room writes it."""
        return TableDraft(
            classes=tuple(ClassDraft(**one.model_dump()) for one in self.classes),
            rows=tuple(one.draft() for one in self.rows),
            templates=tuple(sorted(self.templates.items())),
        )


class BeginIn(In):
    """What the next version begins from: a preset, a version, or else the newest approved one."""

    preset: Short = ""
    version: Annotated[int | None, Field(ge=1, le=10**6)] = None


class TermsIn(In):
    """When the draft is to be in force; with a note for who approves it when it is submitted."""

    first: date
    last: date | None = None
    revision: Annotated[int | None, Field(ge=1, le=10**8)] = None


class NoteIn(In):
    """A note that goes with an act."""

    note: Annotated[str, Field(max_length=5000, pattern=NO_NUL)] = ""


class RowOut(Out):
    """A row of a table; a record keeps the `id` of the row that judged it."""

    id: UUID
    unit: str
    version: int
    key: str
    scope: str
    category: str
    klass: str
    retention: str
    retention_text: str
    openness: str
    secrecy: str
    examples: list[str]
    words: list[str]
    prefixes: list[str]
    issuers: list[str]
    source: str
    note: str

    @classmethod
    def of(cls, one: FilingRow, unit: str, version: int) -> RowOut:
        """Show a row."""
        return cls(id=one.pk, unit=unit, version=version, **asdict(row_draft(one)))


class FindingOut(Out):
    """Something wrong (`fault`) or doubtful (`remark`) in a table."""

    gravity: str
    code: str
    detail: str
    rows: list[str]
    klass: str

    @classmethod
    def of(cls, one: Finding) -> FindingOut:
        """Show a finding."""
        return cls(gravity=one.gravity, code=one.code, detail=str(one.message), rows=list(one.keys), klass=one.klass)


class VersionOut(Out):
    """One version of a unit's table. `standing` says what it is today: draft, coming, in_force, superseded …"""

    unit: str
    version: int
    standing: str
    revision: int
    origin: str
    effective_from: date | None
    effective_until: date | None
    rows_count: int
    approved_by: str
    approved_at: datetime | None

    @classmethod
    def of(cls, one: Schedule) -> VersionOut:
        """Show a version without its rows."""
        return cls(
            unit=one.unit.code, version=one.version, standing=standing(one, today()), revision=one.revision,
            origin=one.origin, effective_from=one.effective_from, effective_until=one.effective_until,
            rows_count=one.rows_count, approved_by=one.approved_by, approved_at=one.approved_at,
        )  # fmt: skip


class FilingTableOut(VersionOut):
    """A version with all it says, and what is wrong in it."""

    templates: dict[str, str]
    classes: list[ClassShape]
    rows: list[RowOut]
    findings: list[FindingOut]

    @classmethod
    def whole(cls, one: Schedule) -> FilingTableOut:
        """Show a version with its rows."""
        return cls(
            **VersionOut.of(one).model_dump(),
            templates=one.templates,
            classes=[ClassShape.model_construct(**asdict(class_draft(each))) for each in one.classes.order_by("order")],
            rows=[RowOut.of(each, one.unit.code, one.version) for each in one.rows.order_by("order")],
            findings=[FindingOut.of(each) for each in judge_schedule(one)]
            if one.state in ("draft", "submitted")
            else [],
        )


class PresetOut(Out):
    """A table to begin from."""

    name: str
    title: str
    about: str
    rows: int
    recalled: int
    open_terms: int

    @classmethod
    def of(cls, one: Preset) -> PresetOut:
        """Show a preset."""
        return cls(
            name=one.name, title=str(one.title), about=str(one.about), rows=len(one.table.rows),
            recalled=one.recalled, open_terms=one.open_terms,
        )  # fmt: skip


class RequestOut(Out):
    """A request for approval: what is asked, at which step it waits, and what was decided."""

    number: str
    kind: str
    title: str
    about: list[str]
    fonds: str
    state: str
    step: int
    note: str
    made_by: str
    made_at: datetime
    due: date | None
    expires: date | None
    decisions: list[dict[str, str]]

    @classmethod
    def of(cls, one: ApprovalRequest) -> RequestOut:
        """Show a request."""
        kind = approvals.kind_of(one)
        return cls(
            number=one.number, kind=str(kind.label) if kind else one.kind, title=str(Message.from_json(one.title)),
            about=[one.subject_kind, one.subject_id], fonds=one.fonds_code, state=one.state, step=one.step,
            note=one.note, made_by=one.made_by, made_at=one.made_at, due=one.due, expires=one.expires,
            decisions=[
                {"verb": each.verb, "by": each.by, "at": each.at.isoformat(), "reason": each.reason}
                for each in one.decisions.all()
            ],
        )  # fmt: skip


class RequestPage(Out):
    """Requests, page by page."""

    items: list[RequestOut]
    next: str


class DecisionIn(In):
    """A decision; a refusal needs a reason. `step` is the one it was made on."""

    reason: Annotated[str, Field(max_length=5000, pattern=NO_NUL)] = ""
    step: Annotated[int | None, Field(ge=0, le=100)] = None
