"""What other rooms add to this one: rules for values, and where the life of an item passed through."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from shicheng.holdings.types import Fault, FieldRule

if TYPE_CHECKING:
    from shicheng.holdings.models import Item

Origin = Callable[["Item"], list[tuple[str, str]]]
"""Gives the subjects of the audit log, beside the item itself, that its life passed through."""


class Judge(Protocol):
    """Knows the metadata scheme in force."""

    def rule(self, category: str, element: str) -> FieldRule:
        """What the scheme says of an element."""

    def judge(self, category: str, element: str, value: str) -> Fault | None:
        """Say what is wrong with a value that is not empty."""


class _NoScheme:
    def rule(self, category: str, element: str) -> FieldRule:
        return FieldRule(is_mandatory=element == "title")

    def judge(self, category: str, element: str, value: str) -> Fault | None:
        return None


_judge: Judge = _NoScheme()
_origins: list[Origin] = []


def set_judge(judge: Judge) -> None:
    """Let a room judge values by its schemes; called once, when the program starts."""
    global _judge
    _judge = judge


def judge() -> Judge:
    """The judge in force."""
    return _judge


def add_origin(origin: Origin) -> None:
    """Let a room tell where items came through; called once, when the program starts."""
    _origins.append(origin)


def origins() -> tuple[Origin, ...]:
    """All of them."""
    return tuple(_origins)
