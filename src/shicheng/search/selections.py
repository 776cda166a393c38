"""Which records are given out, as pages, programs and job rows write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from shicheng.holdings.selectors import FILTERS
from shicheng.search.types import FACETS, Narrowing

MOST_IDS: Final = 1000  # records named one by one


@dataclass(frozen=True, slots=True)
class Selection:
    """Records named one by one, or those a query finds, narrowed by filters; nothing said means every record."""

    query: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    ids: tuple[UUID, ...] = ()
    order: str = "code"
    within: tuple[str, ...] = ()

    @property
    def needs_index(self) -> bool:
        """Tell whether the search must be asked; everything else is read from the holdings themselves."""
        return (
            self.query not in ("", "*")
            or self.year_from is not None
            or self.year_to is not None
            or bool(self.within)
            or any(name not in FILTERS for name in self.filters)
        )

    @property
    def narrowing(self) -> Narrowing:
        """What the search is narrowed to."""
        filters = {name: value for name, value in self.filters.items() if name in FACETS}
        return Narrowing(year_from=self.year_from, year_to=self.year_to, filters=filters, within=self.within)

    def to_json(self) -> dict[str, Any]:
        """For the row of a job; only what says something."""
        found: dict[str, Any] = {"query": self.query, "filters": dict(self.filters), "ids": [str(i) for i in self.ids]}
        found |= {"year_from": self.year_from, "year_to": self.year_to, "order": self.order}
        found |= {"within": list(self.within)}
        return {name: value for name, value in found.items() if value and (name, value) != ("order", "code")}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Selection:
        """Read back what `to_json` wrote."""
        ids = tuple(UUID(one) for one in stored.get("ids", ()))
        return cls(**{**stored, "ids": ids, "within": tuple(stored.get("within", ()))})
