"""What many shapes share."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query, Schema
from pydantic import ConfigDict, Field

NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=1000, pattern=NO_NUL)]
Reason = Annotated[str, Field(min_length=1, max_length=5000, pattern=NO_NUL, description="Goes into the record.")]
Cursor = Annotated[
    str, Query(description="Where to go on: `next` of the page before.", max_length=2000, pattern=NO_NUL)
]
Limit = Annotated[int, Query(description="Most rows on a page.", ge=1, le=200)]
Filter = Annotated[str, Query(max_length=300, pattern=NO_NUL)]


class Out(Schema):
    """Something the API gives."""


class In(Schema):
    """Something the API takes; what it does not know is refused, so that no misspelt name goes unnoticed."""

    model_config = ConfigDict(extra="forbid")


class ProblemError(Out):
    """One value that can't be used."""

    place: str = Field(alias="in")
    name: str
    detail: str
    pointer: str | None = Field(default=None, description="Where in the JSON that was sent (RFC 6901).")


class Problem(Out):
    """A problem after RFC 9457. `code` is stable; texts are in the language asked for."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str
    instance: str
    errors: list[ProblemError] | None = None


Json = dict[str, Any]
