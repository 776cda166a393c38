"""What the search gives to others and takes from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal
from uuid import UUID

from shicheng.kernel.messages import Message

SORTS: Final = ("relevance", "date", "-date", "code", "-code", "title")
FACETS: Final = (
    "fonds", "category", "year", "retention", "department", "openness", "secrecy", "format", "transfer",
)  # fmt: skip
"""What results can be narrowed by, in the order pages show it."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What results are narrowed to beside the query; `filters` are exact values by facet name.

    `within` are queries that hits must match as well, one after the other.
    """

    fonds: str = ""
    year_from: int | None = None
    year_to: int | None = None
    filters: dict[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet with the number of present hits that have it."""

    value: str
    label: str
    count: int
    active: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found. `title_html` and `snippet_html` are escaped; what was searched for stands in `<mark>`."""

    item_id: UUID
    ref: str
    title: str
    creator: str
    date: str
    year: int | None
    fonds: str
    score: float
    openness: str
    category: str
    retention: str
    department: str
    document_number: str
    title_html: str
    snippet: str
    snippet_html: str

    def to_json(self) -> dict[str, Any]:
        """For `--json`; scripts depend on these keys."""
        return {
            "ref": self.ref,
            "title": self.title,
            "creator": self.creator,
            "date": self.date,
            "year": self.year,
            "fonds": self.fonds,
            "score": round(self.score, 4),
            "snippet": self.snippet,
        }


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found: the exact total, one page of hits, facets if asked for, and notes on the query."""

    total: int
    seconds: float
    hits: list[Hit]
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)
    query: str = ""
    sort: str = "relevance"
    limit: int = 20
    offset: int = 0

    def to_json(self) -> dict[str, Any]:
        """For `--json`; scripts depend on these keys."""
        return {"total": self.total, "seconds": round(self.seconds, 6), "hits": [hit.to_json() for hit in self.hits]}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A record whose title or reference code begins with what was typed."""

    item_id: UUID
    text: str
    kind: Literal["title", "code"]
    ref: str


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """How the index is. `behind` is the number of audit entries it has not read yet."""

    state: Literal["ready", "behind", "missing", "outdated", "damaged"]
    message: Message
    documents: int = 0
    behind: int = 0
    rebuilding: bool = False

    @property
    def is_well(self) -> bool:
        """Tell whether searches are answered from a whole index."""
        return self.state in ("ready", "behind")
