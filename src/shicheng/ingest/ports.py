"""What rooms above add to this one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from shicheng.people.types import Actor
from shicheng.settings import Settings


class Pool(Protocol):
    """Takes documents into the pool; see `arranging.collecting.add_documents`."""

    def __call__(
        self,
        *,
        actor: Actor,
        fonds: str,
        year: int,
        documents: Sequence[dict[str, Any]],
        settings: Settings,
        unit: str = "",
        name: str = "",
        key: str = "",
    ) -> list[UUID]:
        """Take documents in and return the ids of the items they make."""


_pool: list[Pool] = []


def register_pool(pool: Pool) -> None:
    """Say what takes documents into the pool; called once, when the program starts."""
    _pool[:] = [pool]


def pool() -> Pool:
    """What takes documents into the pool."""
    return _pool[0]
