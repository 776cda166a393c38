"""Shapes of what the search finds."""

from __future__ import annotations

from uuid import UUID

from shicheng.api.schemas.common import Out
from shicheng.search.types import FacetValue, Hit, Results, Suggestion


class HitOut(Out):
    """One record found. In `title_html` and `snippet_html` what was searched for stands in `<mark>`."""

    id: UUID
    ref: str
    title: str
    creator: str
    date: str
    year: int | None
    fonds: str
    category: str
    retention: str
    department: str
    document_number: str
    openness: str
    score: float
    snippet: str
    title_html: str
    snippet_html: str

    @classmethod
    def of(cls, one: Hit) -> HitOut:
        """Show a hit."""
        return cls(
            id=one.item_id, ref=one.ref, title=one.title, creator=one.creator, date=one.date, year=one.year,
            fonds=one.fonds, category=one.category, retention=one.retention, department=one.department,
            document_number=one.document_number, openness=one.openness, score=round(one.score, 4),
            snippet=one.snippet, title_html=one.title_html, snippet_html=one.snippet_html,
        )  # fmt: skip


class FacetOut(Out):
    """One value of a facet with its number of hits."""

    value: str
    label: str
    count: int
    active: bool

    @classmethod
    def of(cls, one: FacetValue) -> FacetOut:
        """Show a value."""
        return cls(value=one.value, label=one.label, count=one.count, active=one.active)


class ResultsOut(Out):
    """What a query found: the exact total and one page of hits; `notes` say what could not be understood."""

    total: int
    seconds: float
    limit: int
    offset: int
    sort: str
    hits: list[HitOut]
    facets: dict[str, list[FacetOut]]
    notes: list[str]

    @classmethod
    def of(cls, found: Results) -> ResultsOut:
        """Show results."""
        return cls(
            total=found.total, seconds=round(found.seconds, 6), limit=found.limit, offset=found.offset,
            sort=found.sort, hits=[HitOut.of(hit) for hit in found.hits],
            facets={name: [FacetOut.of(one) for one in values] for name, values in found.facets.items()},
            notes=[str(note) for note in found.notes],
        )  # fmt: skip


class SuggestionOut(Out):
    """A record whose title or code begins with what was typed."""

    id: UUID
    text: str
    kind: str
    ref: str

    @classmethod
    def of(cls, one: Suggestion) -> SuggestionOut:
        """Show a suggestion."""
        return cls(id=one.item_id, text=one.text, kind=one.kind, ref=one.ref)
