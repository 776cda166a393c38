"""What became of documents in the pool, and leaving them out again: for rooms that may not know the pool's own.

The room that arranges registers both, when the program starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shicheng.people.types import Actor

Key = tuple[str, str]  # code of the fonds, and the `key` the documents came under


@dataclass(frozen=True, slots=True)
class PoolItemNow:
    """An item that has files of a document: open, filing or closed, with its code once it has one."""

    item: UUID
    state: str
    code: str = ""
    held_item: UUID | None = None  # what it became in the holdings
    returned: str = ""  # why its last transfer gave it back


@dataclass(frozen=True, slots=True)
class PoolStanding:
    """Where the files that came under one key are now."""

    items: tuple[PoolItemNow, ...] = ()
    loose: int = 0
    left_out: int = 0


class Standings(Protocol):
    """Tells where files are; see `arranging.standing.standings`."""

    def __call__(self, keys: Sequence[Key]) -> dict[Key, PoolStanding]:
        """Return what is known of each key; those that never came are left out."""


class SetAside(Protocol):
    """Leaves documents out of filing; see `arranging.standing.set_aside`."""

    def __call__(self, *, actor: Actor, fonds: str, key: str, reason: str) -> bool:
        """Tell whether nothing of the key is in an item any more."""


_watch: list[tuple[Standings, SetAside]] = []


def register_watch(standings: Standings, set_aside: SetAside) -> None:
    """Say what knows of the pool; called once, when the program starts."""
    _watch[:] = [(standings, set_aside)]


def standings(keys: Sequence[Key]) -> dict[Key, PoolStanding]:
    """Where the files that came under some keys are now. Whoever asks has made sure who reads it."""
    return _watch[0][0](keys)


def set_aside(*, actor: Actor, fonds: str, key: str, reason: str) -> bool:
    """Leave what came under a key out of filing, unless it has a number or was put together with other files."""
    return _watch[0][1](actor=actor, fonds=fonds, key=key, reason=reason)
