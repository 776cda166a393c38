"""Finding records."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from shicheng.api.guards import actor_of, anyone
from shicheng.api.schemas.common import NO_NUL, Filter
from shicheng.api.schemas.search import ResultsOut, SuggestionOut
from shicheng.search import services
from shicheng.search.types import Narrowing
from shicheng.settings import current

router = Router(tags=["search"])
Asked = Annotated[
    str, Query(max_length=2000, pattern=NO_NUL, description='Words, "phrases", AND OR NOT, fields, ranges; * is all.')
]
Year = Annotated[int | None, Query(ge=1, le=9999)]
Sort = Literal["relevance", "date", "-date", "code", "-code", "title"]


@router.get("/search", response=ResultsOut, auth=anyone)
def find_records(
    request: HttpRequest,
    q: Asked = "*",
    sort: Sort = "relevance",
    limit: Annotated[int, Query(ge=0, le=200)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    facets: Annotated[bool, Query(description="Count the values of the facets too.")] = False,
    year_from: Year = None,
    year_to: Year = None,
    fonds: Filter = "",
    category: Filter = "",
    retention: Filter = "",
    department: Filter = "",
    openness: Filter = "",
    secrecy: Filter = "",
    format: Filter = "",
    transfer: Filter = "",
) -> ResultsOut:
    """Find records. The total is exact and any page may be asked for; to walk through all records use `/items`."""
    filters = {
        "category": category, "retention": retention, "department": department, "openness": openness,
        "secrecy": secrecy, "format": format, "transfer": transfer,
    }  # fmt: skip
    narrowing = Narrowing(
        fonds=fonds,
        year_from=year_from,
        year_to=year_to,
        filters={name: value for name, value in filters.items() if value},
    )
    found = services.find(
        actor_of(request), q, index_path=current().index_path, limit=limit, offset=offset, sort=sort,
        narrowing=narrowing, facets=facets,
    )  # fmt: skip
    return ResultsOut.of(found)


@router.get("/search/suggestions", response=list[SuggestionOut], auth=anyone)
def suggest_records(
    request: HttpRequest,
    q: Annotated[str, Query(min_length=1, max_length=200, pattern=NO_NUL)],
    limit: Annotated[int, Query(ge=1, le=20)] = 8,
) -> list[SuggestionOut]:
    """Records whose title or reference code begins with what was typed."""
    return [SuggestionOut.of(one) for one in services.suggest(actor_of(request), q, current().index_path, limit)]
