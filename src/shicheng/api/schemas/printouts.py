"""Shapes of printouts."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In
from shicheng.printing.services import LANGUAGES
from shicheng.printing.types import KINDS, Order
from shicheng.search.selections import Selection
from shicheng.search.types import FACETS

_KINDS = tuple(KINDS)
_Short = Annotated[str, Field(max_length=200, pattern=NO_NUL)]


class PrintIn(In):
    """What is to be printed, and how."""

    kind: Literal[_KINDS]  # type: ignore[valid-type]  # the names are known when this runs
    form: Literal["pdf", "xlsx"] = "pdf"
    query: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = "*"
    filters: Annotated[
        dict[Literal[FACETS], _Short],  # type: ignore[valid-type]  # the names are known when this runs
        Field(description="Exact values, as the facets of a search give them."),
    ] = {}
    boxes: Annotated[list[UUID], Field(max_length=500, description="Boxes instead of a query.")] = []
    volumes: Annotated[list[UUID], Field(max_length=500, description="Volumes instead of a query.")] = []
    fonds: Annotated[_Short, Field(description="Of papers about fonds: its code.")] = ""
    options: Annotated[
        dict[Annotated[str, Field(max_length=20, pattern=NO_NUL)], _Short],
        Field(max_length=10, description="cover, split, width, sheet, labels, skip; each printout has its own."),
    ] = {}
    language: Literal[LANGUAGES] = "zh-hans"  # type: ignore[valid-type]  # the names are known when this runs

    def order(self) -> Order:
        """The order meant."""
        filters = {str(name): value for name, value in self.filters.items() if value}
        return Order(
            kind=self.kind, form=self.form, selection=Selection(query=self.query, filters=filters),
            boxes=tuple(self.boxes), volumes=tuple(self.volumes), fonds=self.fonds, options=self.options,
            language=self.language,
        )  # fmt: skip
