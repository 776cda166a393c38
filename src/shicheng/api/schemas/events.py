"""Shapes of major events, their filing plans and records."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shicheng.acquiring.event_selectors import Share, Standing
from shicheng.acquiring.linking import Finding
from shicheng.acquiring.models import EventRecord, MajorEvent
from shicheng.acquiring.types import EVENT_KINDS, FORMS, LEVELS, Happening, Wanted
from shicheng.api.schemas.common import NO_NUL, In, Out

Short = Annotated[str, Field(max_length=400, pattern=NO_NUL)]
Code = Annotated[str, Field(max_length=40, pattern=NO_NUL)]
Word = Annotated[str, Field(min_length=2, max_length=60, pattern=NO_NUL)]


class EventIn(In):
    """A major event."""

    name: Annotated[str, Field(min_length=1, max_length=400, pattern=NO_NUL)]
    fonds: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    kind: Literal[tuple(EVENT_KINDS)] = "meeting"  # type: ignore[valid-type]  # known when this runs
    level: Literal[tuple(LEVELS)] = "county"  # type: ignore[valid-type]  # known when this runs
    begins: date
    ends: date | None = None
    place: Annotated[str, Field(max_length=300, pattern=NO_NUL)] = ""
    organiser: Short = ""
    taking_part: Annotated[list[Annotated[str, Field(max_length=200, pattern=NO_NUL)]], Field(max_length=200)] = []
    about: Annotated[str, Field(max_length=5000, pattern=NO_NUL)] = ""
    words: Annotated[list[Word], Field(max_length=20, description="Of titles; records with one of them fit.")] = []
    margin: Annotated[int, Field(ge=0, le=3650, description="Days before and after.")] = 30
    is_auto: Annotated[bool, Field(description="Link what fits by itself, a few times a day.")] = False
    revision: int | None = None

    def happening(self) -> Happening:
        """The event as the room writes it."""
        plain = {name: getattr(self, name) for name in Happening.__dataclass_fields__}
        return Happening(**{**plain, "taking_part": tuple(self.taking_part), "words": tuple(self.words)})


class PlanLineIn(In):
    """A line of a filing plan; `id` changes one that is there, `handed` notes what was given over in the hand."""

    id: UUID | None = None
    what: Annotated[str, Field(min_length=1, max_length=400, pattern=NO_NUL)]
    form: Literal[tuple(FORMS)]  # type: ignore[valid-type]  # known when this runs
    fonds: Code = ""
    unit: Annotated[str, Field(max_length=60, pattern=NO_NUL)] = ""
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    due: date | None = None
    note: Short = ""
    handed: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    handed_note: Short = ""

    def wanted(self) -> Wanted:
        """The line as the room writes it."""
        return Wanted(**{name: getattr(self, name) for name in Wanted.__dataclass_fields__})


class FindingIn(In):
    """By what records are looked for."""

    words: Annotated[list[Word], Field(max_length=20)] = []
    first: date | None = None
    last: date | None = None
    fonds: Code = ""

    def finding(self) -> Finding:
        """What is meant."""
        return Finding(tuple(self.words), self.first, self.last, self.fonds).require_sound()


class LinkIn(In):
    """Which records are of an event: some by id or reference code, or all that are found; and for which line."""

    records: Annotated[list[UUID], Field(max_length=500, description="Items, or documents of the pool.")] = []
    codes: Annotated[list[Annotated[str, Field(max_length=200, pattern=NO_NUL)]], Field(max_length=500)] = []
    all_found: FindingIn | None = None
    line: UUID | None = None


class UnlinkIn(In):
    """Links that are taken away, by their ids."""

    links: Annotated[list[UUID], Field(max_length=500)]


class PlanLineOut(Out):
    """A line and what there is of it, as far as the caller may see it."""

    id: UUID
    event: str
    what: str
    form: str
    fonds: str
    unit: str
    quantity: int
    due: date | None
    note: str
    held: int
    pool: int
    handed: int
    fulfilled: bool
    late: bool
    answers: list[str]

    @classmethod
    def of(cls, one: Standing) -> PlanLineOut:
        """Show a line."""
        line = one.line
        return cls(
            id=line.pk, event=line.event.number, what=line.what, form=line.form, fonds=line.fonds_code, unit=line.unit,
            quantity=line.quantity, due=line.due, note=line.note, held=one.held, pool=one.pool, handed=line.handed,
            fulfilled=one.is_fulfilled, late=one.is_late, answers=list(one.answers.names),
        )  # fmt: skip


class EventRecordOut(Out):
    """A record of an event in the holdings."""

    id: UUID
    item: UUID
    ref: str
    title: str
    date: str
    form: str
    line: UUID | None

    @classmethod
    def of(cls, row: EventRecord) -> EventRecordOut:
        """Show a record."""
        assert row.item is not None
        return cls(
            id=row.pk, item=row.item.pk, ref=row.item.reference_code, title=row.item.title, date=row.item.date_text,
            form=row.form, line=row.line_id,
        )  # fmt: skip


class EventOut(Out):
    """A major event with the share of its plan."""

    number: str
    name: str
    fonds: str
    kind: str
    level: str
    state: str
    begins: date
    ends: date
    place: str
    organiser: str
    taking_part: list[str]
    about: str
    words: list[str]
    margin: int
    is_auto: bool
    revision: int
    lines: list[PlanLineOut]
    fulfilled: int
    late: int
    records: int
    forms: dict[str, int]

    @classmethod
    def of(cls, one: MajorEvent, lines: list[Standing], share: Share) -> EventOut:
        """Show an event."""
        names = (
            "number", "name", "kind", "level", "state", "begins", "ends", "place", "organiser", "taking_part", "about",
            "words", "margin", "is_auto", "revision",
        )  # fmt: skip
        return cls(
            **{name: getattr(one, name) for name in names}, fonds=one.fonds_code,
            lines=[PlanLineOut.of(each) for each in lines], fulfilled=share.fulfilled, late=share.late,
            records=share.records, forms=share.forms,
        )  # fmt: skip


class EventPage(Out):
    """Events, page by page."""

    items: list[EventOut]
    next: str


class EventRecordPage(Out):
    """Records of an event, page by page."""

    items: list[EventRecordOut]
    next: str


class FoundOut(Out):
    """How many records fit and are not linked yet, and the first of them."""

    count: int
    items: list[UUID]
    documents: list[UUID]


class LinkedOut(Out):
    """How many were linked; what is linked as all that were found, a job does."""

    linked: int
    job: UUID | None = None
