"""Shapes of batch changes and authorities."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In, Out, Reason
from shicheng.describing.authorities import LONGEST, MOST_VARIANTS
from shicheng.describing.changing import Refused
from shicheng.describing.driving import element_meant
from shicheng.describing.models import Authority, ChangeSet
from shicheng.describing.operations import VERBS, Operation
from shicheng.describing.services import Preview
from shicheng.describing.words import say
from shicheng.holdings.models import Item
from shicheng.schemes.fields import AUTHORITIES
from shicheng.search.selections import MOST_IDS, Selection
from shicheng.search.types import FACETS

_VERBS, _KINDS = tuple(VERBS), tuple(AUTHORITIES)
_Value = Annotated[str, Field(max_length=2000, pattern=NO_NUL)]
_Name = Annotated[str, Field(min_length=1, max_length=LONGEST, pattern=NO_NUL)]
_Exact = Annotated[str, Field(max_length=200, pattern=NO_NUL)]
Kind = Literal[_KINDS]  # type: ignore[valid-type]  # the names are known when this runs


class ChangeAsked(In):
    """Which records, and what is done with one of their elements."""

    element: Annotated[str, Field(min_length=1, max_length=80, pattern=NO_NUL, description="By any of its names.")]
    verb: Literal[_VERBS]  # type: ignore[valid-type]  # the names are known when this runs
    value: _Value = ""
    find: Annotated[_Value, Field(description="Of replace and find: what is replaced.")] = ""
    between: Annotated[_Exact, Field(description="Of append: stands between the old value and what is added.")] = ""
    query: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""
    filters: Annotated[
        dict[Literal[FACETS], _Exact],  # type: ignore[valid-type]  # the names are known when this runs
        Field(description="Exact values, as the facets of a search give them."),
    ] = {}
    year_from: Annotated[int | None, Field(ge=1, le=9999)] = None
    year_to: Annotated[int | None, Field(ge=1, le=9999)] = None
    items: Annotated[list[UUID], Field(max_length=MOST_IDS, description="Records by id instead of a query.")] = []

    def operation(self) -> Operation:
        """The act meant."""
        return Operation(element_meant(self.element), self.verb, self.value, self.find, self.between)

    def selection(self) -> Selection:
        """The records meant; nothing said means every record."""
        filters = {str(name): value for name, value in self.filters.items() if value}
        return Selection(
            query=self.query, filters=filters, year_from=self.year_from, year_to=self.year_to, ids=tuple(self.items)
        )


class ChangeIn(ChangeAsked):
    """A batch change that is to be carried out."""

    reason: Reason
    expected: Annotated[int, Field(ge=0, le=10**9, description="Records the preview told.")] = 0


class LineOut(Out):
    """What a batch change would make of a record."""

    id: UUID
    ref: str
    before: str
    after: str


class FaultOut(Out):
    """Why an element of a record can't take a value; `element` is "" where it is the record as a whole."""

    element: str
    detail: str


class LeftOut(Out):
    """A record that is left out, with the reasons."""

    ref: str
    faults: list[FaultOut]

    @classmethod
    def of(cls, one: Refused) -> LeftOut:
        """Show a refusal."""
        return cls(ref=one.ref, faults=[FaultOut(element=each.element, detail=str(each)) for each in one.faults])


class PreviewOut(Out):
    """How many records are meant, and what becomes of the first `looked_at` of them."""

    total: int
    looked_at: int
    changed: int
    same: int
    faulty: int
    lines: list[LineOut]
    refused: list[LeftOut]

    @classmethod
    def of(cls, one: Preview) -> PreviewOut:
        """Show a preview."""
        lines = [
            LineOut(id=change.item_id, ref=ref, before=before, after=after)
            for change, ref in one.lines
            for before, after in change.changed.values()
        ]
        return cls(
            total=one.total, looked_at=one.looked_at, changed=one.changed, same=one.same, faulty=one.faulty,
            lines=lines, refused=[LeftOut.of(each) for each in one.refused],
        )  # fmt: skip


class ChangeOut(Out):
    """A batch change: how far it is and what came of it. `left` counts records others had changed meanwhile."""

    id: UUID
    number: str
    kind: str
    state: str
    sentence: str
    operation: dict[str, str] | None
    reason: str
    expected: int
    chosen: int
    changed: int
    faulty: int
    left: int
    made_by: str
    made_at: datetime
    done_at: datetime | None
    undoes: str
    job: UUID | None

    @classmethod
    def of(cls, one: ChangeSet) -> ChangeOut:
        """Show a batch change."""
        return cls(
            id=one.pk, number=one.number or "", kind=one.kind, state=one.state, sentence=str(say(one)),
            operation=one.act.get("operation"), reason=one.reason, expected=one.expected, chosen=one.chosen,
            changed=one.changed, faulty=one.faulty, left=one.left, made_by=one.made_by, made_at=one.made_at,
            done_at=one.done_at, undoes=(one.undoes.number or "") if one.undoes else "", job=one.job,
        )  # fmt: skip


class ChangePage(Out):
    """One page of batch changes, newest first."""

    items: list[ChangeOut]
    next: str


class LeftPage(Out):
    """One page of the records a batch change left out."""

    items: list[LeftOut]
    next: str


class UndoIn(In):
    """Why it is taken back."""

    reason: Reason


class AuthorityIn(In):
    """An authority as it is to be."""

    name: _Name
    variants: Annotated[list[_Name], Field(max_length=MOST_VARIANTS)] = []
    dates: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""
    note: Annotated[str, Field(max_length=20_000, pattern=NO_NUL)] = ""


class NewAuthority(AuthorityIn):
    """A new authority."""

    kind: Kind


class AuthorityChange(AuthorityIn):
    """An authority changed as a whole; `revision` is the one it was read in, so that nothing unseen is overwritten."""

    revision: Annotated[int, Field(ge=1, le=10**9)]


class MergeIn(In):
    """Into which authority of the same kind, and why."""

    into: UUID
    reason: Reason


class AuthorityOut(Out):
    """A person, body, place or subject under its right name, with its variants."""

    id: UUID
    kind: str
    name: str
    variants: list[str]
    dates: str
    note: str
    revision: int
    merged_into: UUID | None
    made_by: str
    changed_at: datetime

    @classmethod
    def of(cls, one: Authority) -> AuthorityOut:
        """Show an authority."""
        variants = sorted(each.name for each in one.names.all() if not each.is_main)
        return cls(
            id=one.pk, kind=one.kind, name=one.name, variants=variants, dates=one.dates, note=one.note,
            revision=one.revision, merged_into=one.merged_into_id, made_by=one.made_by, changed_at=one.changed_at,
        )  # fmt: skip


class AuthorityPage(Out):
    """One page of authorities, by name."""

    items: list[AuthorityOut]
    next: str


class NamedRecord(Out):
    """A record that names an authority."""

    id: UUID
    ref: str
    title: str

    @classmethod
    def of(cls, one: Item) -> NamedRecord:
        """Show a record in short."""
        return cls(id=one.pk, ref=one.reference_code, title=one.title)


class NamedPage(Out):
    """One page of the records that name an authority, by their codes, and how many there are."""

    total: int
    items: list[NamedRecord]
    next: str


class NamesOut(Out):
    """Right names that begin as what was typed."""

    names: list[str]
