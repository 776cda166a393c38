"""What needs a person, as each room tells it: the desk shows it without knowing the rooms beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shicheng.kernel.messages import Message
from shicheng.people.types import Actor


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that waits for a person; `address` is the name of the page that lists it, "" if none does."""

    sentence: Message
    address: str = ""


Teller = Callable[[Actor], Iterable[Trouble]]
_tellers: list[Teller] = []


def tell_by(teller: Teller) -> Teller:
    """Ask this function too when the desk is shown; it must be quick at any number of records."""
    _tellers.append(teller)
    return teller


def all_troubles(actor: Actor) -> list[Trouble]:
    """Everything the rooms tell this actor."""
    return [trouble for teller in _tellers for trouble in teller(actor)]
