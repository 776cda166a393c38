"""Shapes of edits, versions and comparisons."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import In, Json, Out, Reason
from shicheng.describing.suggesting import Found
from shicheng.holdings.comparing import Difference
from shicheng.holdings.history import Version


class EditIn(In):
    """Elements by their names, with their new values; "" takes an element away."""

    elements: Annotated[dict[str, Annotated[str, Field(max_length=100_000)]], Field(min_length=1, max_length=200)]
    reason: Reason


class RestoreIn(In):
    """Why an older version comes back."""

    reason: Reason


class VersionOut(Out):
    """A description as it was from one moment on; `changed` names the elements that differ from the one before."""

    version: int
    at: datetime
    by: str
    reason: str
    is_current: bool
    changed: list[str]
    elements: Json
    extra: Json

    @classmethod
    def of(cls, one: Version) -> VersionOut:
        """Show a version."""
        return cls(
            version=one.version, at=one.at, by=one.by, reason=one.reason, is_current=one.is_current,
            changed=list(one.changed), elements=one.elements, extra=one.extra,
        )  # fmt: skip


class DifferenceOut(Out):
    """One element in which two versions differ."""

    element: str
    before: str
    after: str

    @classmethod
    def of(cls, one: Difference) -> DifferenceOut:
        """Show a difference."""
        return cls(element=one.name, before=one.before, after=one.after)


class ComparisonOut(Out):
    """Two versions of one description."""

    first: int
    second: int
    differences: list[DifferenceOut]


class SuggestionOut(Out):
    """A suggested value. The spot is `start` to `end` (signs) of the text of the file, or of its name (`source`)."""

    element: str
    value: str
    confidence: float
    reason: str
    source: str
    file: UUID
    start: int
    end: int
    line: int
    words: str
    before: str
    after: str

    @classmethod
    def of(cls, one: Found) -> SuggestionOut:
        """Show a suggestion."""
        said = one.suggestion
        return cls(
            element=said.element, value=said.value, confidence=said.confidence, reason=str(said.reason),
            source=said.source.value, file=one.file.pk, start=said.start, end=said.end, line=said.line,
            words=one.words, before=one.before, after=one.after,
        )  # fmt: skip
