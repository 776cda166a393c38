"""What other rooms add to this one: rules for values, values they suggest, where an item's life passed through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Protocol

from shicheng.holdings.types import Advice, Fault, FieldRule, Piece

if TYPE_CHECKING:
    from shicheng.holdings.models import Item
    from shicheng.kernel.messages import Message
    from shicheng.people.types import Actor

Origin = Callable[["Item"], list[tuple[str, str]]]
"""Gives the subjects of the audit log, beside the item itself, that its life passed through."""

Belonging = Callable[["Actor", "Item"], list[tuple["Message", str, str]]]
"""Tells what an item belongs to, as far as the actor may see it: what it is, its name, the address of its page."""

Adviser = Callable[["Item"], list[Advice]]
"""Suggests values for the description of an item."""

Pointer = Callable[["Actor", "Item"], dict[str, list[Piece]]]
"""Gives for elements whose value names something with a page of its own the value in pieces, some with addresses."""


class Judge(Protocol):
    """Knows the metadata scheme in force."""

    def rule(self, category: str, element: str) -> FieldRule:
        """What the scheme says of an element."""

    def judge(self, category: str, element: str, value: str) -> Fault | None:
        """Say what is wrong with a value that is not empty."""

    def steady(self) -> Judge:
        """The same judge with the schemes as they are at this moment: for judging many, read once."""


class _NoScheme:
    def rule(self, category: str, element: str) -> FieldRule:
        return FieldRule(is_mandatory=element == "title")

    def judge(self, category: str, element: str, value: str) -> Fault | None:
        return None

    def steady(self) -> Judge:
        return self


_judges: list[Callable[[], Judge]] = [_NoScheme]
_steady: ContextVar[Judge | None] = ContextVar("steady_judge", default=None)
_origins: list[Origin] = []
_advisers: list[Adviser] = []
_belongings: list[Belonging] = []
_pointers: list[Pointer] = []


def set_judge(make: Callable[[], Judge]) -> None:
    """Let a room judge values by its schemes; called once, when the program starts, with what makes its judge."""
    _judges[:] = [cache(make)]


def judge() -> Judge:
    """The judge in force."""
    return _steady.get() or _judges[0]()


@contextmanager
def steady_judge() -> Iterator[None]:
    """Judge by the schemes as they are now, for as long as the `with` block lasts."""
    token = _steady.set(judge().steady())
    try:
        yield
    finally:
        _steady.reset(token)


def add_origin(origin: Origin) -> None:
    """Let a room tell where items came through; called once, when the program starts."""
    _origins.append(origin)


def origins() -> tuple[Origin, ...]:
    """All of them."""
    return tuple(_origins)


def add_belonging(belonging: Belonging) -> None:
    """Let a room tell what items belong to; called once, when the program starts."""
    _belongings.append(belonging)


def belongings(actor: Actor, item: Item) -> list[tuple[Message, str, str]]:
    """Everything an item belongs to, as far as the actor may see it."""
    return [one for belonging in _belongings for one in belonging(actor, item)]


def add_adviser(adviser: Adviser) -> None:
    """Let a room suggest values; called once, when the program starts."""
    _advisers.append(adviser)


def add_pointer(pointer: Pointer) -> None:
    """Let a room lead from what a description names to its page; called once, when the program starts."""
    _pointers.append(pointer)


def pieces(actor: Actor, item: Item) -> dict[str, list[Piece]]:
    """The values that lead somewhere, by element, for whoever looks; of several pointers the first holds."""
    found: dict[str, list[Piece]] = {}
    for pointer in _pointers:
        for name, value in pointer(actor, item).items():
            found.setdefault(name, value)
    return found


def advice(item: Item) -> list[Advice]:
    """What all of them suggest for an item, element by element; of several the first holds."""
    found: dict[str, Advice] = {}
    for adviser in _advisers:
        for one in adviser(item):
            found.setdefault(one.element, one)
    return list(found.values())
