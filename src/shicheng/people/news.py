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
GRANT_GIVEN: Final = "people.grant.given"
GRANT_ENDED: Final = "people.grant.ended"
GRANT_REFUSED: Final = "people.grant.refused"
DUTY_ASSIGNED: Final = "people.duty.assigned"
DUTY_ENDED: Final = "people.duty.ended"
EMERGENCY_ASKED: Final = "people.emergency.asked"
EMERGENCY_CONFIRMED: Final = "people.emergency.confirmed"
EMERGENCY_REFUSED: Final = "people.emergency.refused"
EMERGENCY_ENDED: Final = "people.emergency.ended"
EMERGENCY_USED: Final = "people.emergency.used"

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
