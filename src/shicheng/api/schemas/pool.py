"""Shapes of the pool: files, items, plans of numbers, filings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import In, Json, Out, Text
from shicheng.arranging.models import Filing, PoolFile, PoolItem
from shicheng.arranging.selectors import Pool
from shicheng.arranging.types import Plan, Proposed

Keys = Annotated[list[UUID], Field(max_length=5000)]


class PoolOut(Out):
    """What is to be filed of one fonds in one year, and how far it is."""

    fonds: str
    fonds_name: str
    year: int
    loose: int
    left_out: int
    without_class: int
    without_number: int
    ready: int
    handed_over: int
    held: int

    @classmethod
    def of(cls, one: Pool) -> PoolOut:
        """Show a pool."""
        return cls(
            fonds=one.fonds, fonds_name=one.fonds_name, year=one.year, loose=one.loose, left_out=one.left_out,
            without_class=one.formed, without_number=one.classified, ready=one.numbered, handed_over=one.filing,
            held=one.closed,
        )  # fmt: skip


class PoolFileOut(Out):
    """A file of the pool; `item` is the item it belongs to, none while it is loose."""

    id: UUID
    path: str
    item: UUID | None
    part: str
    size: int
    sm3: str
    mime: str
    pages: int | None

    @classmethod
    def of(cls, one: PoolFile) -> PoolFileOut:
        """Show a file."""
        return cls(
            id=one.pk, path=one.path, item=one.item_id, part=one.part, size=one.size, sm3=one.sm3, mime=one.mime,
            pages=one.pages,
        )  # fmt: skip


class PoolItemOut(Out):
    """An item of the pool."""

    id: UUID
    state: str
    version: int
    title: str
    document_number: str
    author: str
    date: str
    pages: int | None
    elements: Json
    category: str
    department: str
    retention: str
    filing_row: str
    reference_code: str | None
    returned: str
    faults: list[str]
    mends: str
    held_item: UUID | None
    files: list[PoolFileOut]

    @classmethod
    def of(cls, one: PoolItem) -> PoolItemOut:
        """Show an item."""
        return cls(
            id=one.pk, state=one.state, version=one.version, title=one.title, document_number=one.document_number,
            author=one.author, date=one.date, pages=one.pages, elements=one.elements, category=one.category,
            department=one.department, retention=one.retention, filing_row=one.scope_row,
            reference_code=one.reference_code, returned=one.returned, mends=one.mends,
            faults=[str(what) for what, _advice in one.told_faults], held_item=one.held_item,
            files=[PoolFileOut.of(file) for file in one.files.all()],
        )  # fmt: skip


class PoolItemPage(Out):
    """Items of a pool."""

    items: list[PoolItemOut]
    next: str


class PartOut(Out):
    """A file and what it would be in its item."""

    file: UUID
    part: str


class ProposedOut(Out):
    """Files that seem to make one item, in their order, and why; `is_sure` is false for incoming and reply."""

    files: list[PartOut]
    title: str
    document_number: str
    date: str
    reasons: list[str]
    is_sure: bool

    @classmethod
    def of(cls, one: Proposed) -> ProposedOut:
        """Show a proposal."""
        return cls(
            files=[PartOut(file=key, part=part.value) for key, part in one.files], title=one.title,
            document_number=one.document_number, date=one.date, reasons=[str(why) for why in one.reasons],
            is_sure=one.is_sure,
        )  # fmt: skip


class LineOut(Out):
    """One item with the code it has and the code it would get."""

    item: UUID
    title: str
    old: str
    new: str
    fault: str


class PlanOut(Out):
    """A numbering before it is applied; `mark` is sent back to apply just this one."""

    mark: str
    lines: list[LineOut]

    @classmethod
    def of(cls, plan: Plan) -> PlanOut:
        """Show a plan."""
        lines = [
            LineOut(
                item=line.key, title=line.title, old=line.old, new=line.new,
                fault=str(line.fault) if line.fault is not None else "",
            )
            for line in plan.lines
        ]  # fmt: skip
        return cls(mark=plan.mark, lines=lines)


class FilingOut(Out):
    """Items on their way into the holdings by a transfer."""

    id: UUID
    state: str
    items: int
    files: int
    transfer: str
    attempt: int
    reason: str
    begun_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, one: Filing) -> FilingOut:
        """Show a filing."""
        return cls(
            id=one.pk, state=one.state, items=one.items_count, files=one.files_count, transfer=one.number,
            attempt=one.attempt, reason=one.reason, begun_at=one.begun_at, ended_at=one.ended_at,
        )  # fmt: skip


class CollectIn(In):
    """A finished upload that is for the pool."""

    upload: UUID
    unit: Text = ""


class GroupsIn(In):
    """Loose files, each group of which becomes an item."""

    groups: Annotated[list[Annotated[list[UUID], Field(min_length=1, max_length=2000)]], Field(max_length=5000)]


class FormIn(In):
    """Form what is proposed; with `singles` also an item of each file that is left."""

    singles: bool = False


class DescribeIn(In):
    """Elements of an item by their names; `version` is the one they were read with."""

    values: Annotated[dict[Text, Text], Field(max_length=50)]
    version: int | None = None


class ClassIn(In):
    """A class for items."""

    items: Keys
    category: Text
    department: Text = ""
    retention: Text


class NumberIn(In):
    """The plan to be applied, and how it was asked for."""

    mark: Text
    template: Text = ""
    again: bool = False


class FileIn(In):
    """Items to be handed over; none named takes all that are ready."""

    items: Keys | None = None
    agency: Text = ""
