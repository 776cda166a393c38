"""What a query means, as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shicheng.search.fields import Field


@dataclass(frozen=True, slots=True)
class Everything:
    """All records the caller may see."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No record: a condition that can't be met."""


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a text: in `field`, or anywhere if it is None. Quoted words have no wildcards."""

    text: str
    field: Field | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """A filing year between two, both included; None is open."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Days:
    """A date that touches the days between two, both included; None is open."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but."""

    part: Expression


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts."""

    parts: tuple[Expression, ...]


Expression = Everything | Nothing | Word | Years | Days | Not | And | Or


def words_shown(expression: Expression) -> list[Word]:
    """The words whose presence made a record a hit, for highlights: those not below a `Not`."""
    if isinstance(expression, Word):
        return [expression]
    if isinstance(expression, And | Or):
        return [word for part in expression.parts for word in words_shown(part)]
    return []
