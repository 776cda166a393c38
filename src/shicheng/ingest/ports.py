"""What rooms above add to this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
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


@dataclass(frozen=True, slots=True)
class PoolDocument:
    """A document of the pool as other rooms see it; `held` is the item of the holdings it became."""

    id: UUID
    fonds: str
    unit: str
    year: int
    title: str
    date: str
    mimes: tuple[str, ...]
    held: UUID | None


class PoolReader(Protocol):
    """Finds documents of the pool that an actor may see; see `arranging.documents.find_documents`."""

    def __call__(
        self,
        *,
        actor: Actor,
        keys: Sequence[UUID] | None = None,
        fonds: str = "",
        words: Sequence[str] = (),
        first: date | None = None,
        last: date | None = None,
        most: int = 1000,
    ) -> list[PoolDocument]:
        """Return those named by key, or those whose title holds a word and whose date lies between two days."""


_pool: list[Pool] = []
_readers: list[PoolReader] = []


def register_pool(pool: Pool) -> None:
    """Say what takes documents into the pool; called once, when the program starts."""
    _pool[:] = [pool]


def pool() -> Pool:
    """What takes documents into the pool."""
    return _pool[0]


def register_pool_reader(reader: PoolReader) -> None:
    """Say what finds documents of the pool; called once, when the program starts."""
    _readers[:] = [reader]


def pool_reader() -> PoolReader:
    """What finds documents of the pool."""
    return _readers[0]
