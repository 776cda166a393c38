"""What a room does with its objects when the database is made anew from the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage.ports import Store


@dataclass(frozen=True, slots=True)
class Act:
    """Something that happened at a moment and is made to happen again; `run` tells how many objects were new."""

    at: datetime
    run: Callable[[], int]


class Restorer(Protocol):
    """A room's way to make its rows anew from objects it put into the store."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Tell whether the object is one of this room's."""

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """What its objects tell of; carried out when items and log are back, in the order of all rooms' acts."""


def carry_out(acts: Iterable[Act]) -> int:
    """Carry acts out in the order in which they happened; returns how many objects were new."""
    return sum(act.run() for act in sorted(acts, key=lambda one: one.at))
