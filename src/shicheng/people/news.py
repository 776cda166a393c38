"""News of people for the rooms above, which this room may not know.

A listener is called inside the transaction of the change, so that what it writes stands or falls with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from shicheng.people.types import Actor

ACCOUNT_MADE: Final = "people.account.made"
ACCOUNT_SWITCHED: Final = "people.account.switched"
SIGNED_IN: Final = "people.session.begun"
SIGNED_OUT: Final = "people.session.ended"
SIGN_IN_FAILED: Final = "people.session.refused"

Listener = Callable[[Actor, str, tuple[str, str] | None, dict[str, Any]], object]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Have `listener` told of everything from now on."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(actor: Actor, event: str, subject: tuple[str, str] | None, details: dict[str, Any]) -> None:
    """Tell all listeners. To be called inside `atomic()`, last."""
    for listener in _listeners:
        listener(actor, event, subject, details)
