"""Event codes as each room registers them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shicheng.audit.errors import UnknownEvent
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of thing that happened: `room.thing.verbed`, its label, and a sentence for timelines.

    The sentence's placeholders are `actor` and the keys of the entry's details; `words` says of a key what its
    values are called, where they are codes.
    """

    code: str
    label: Message
    sentence: Message | None = None
    words: Mapping[str, Mapping[str, Message]] = field(default_factory=dict)


_events: dict[str, Event] = {}


def event(
    code: str,
    label: Message,
    *,
    sentence: Message | None = None,
    words: Mapping[str, Mapping[str, Message]] | None = None,
) -> str:
    """Register an event and return its code; to be called in a room's `events.py`."""
    if code.count(".") != 2 or len(code) > 80:
        raise ValueError(f"an event is room.thing.verbed, not {code}")
    _events[code] = Event(code, label, sentence, words or {})
    return code


def find_event(code: str) -> Event:
    """Return a registered event; raises `UnknownEvent`."""
    try:
        return _events[code]
    except KeyError:
        raise UnknownEvent(
            _("The event %(code)s is not registered, so nothing can be logged under it.", code=code),
            hint=_("Register it in the room's events.py."),
        ) from None


def all_events() -> list[Event]:
    """Every registered event, by code."""
    return [_events[code] for code in sorted(_events)]


def describe(code: str, *, actor_name: str, details: dict[str, Any]) -> Message:
    """Return one sentence about an entry, or its label if the room gave no sentence.

    Codes of rooms that no longer exist are shown as they are: the log outlives the program.
    """
    known = _events.get(code)
    if known is None:
        return Message("%(code)s", {"code": code})
    if known.sentence is None:
        return known.label
    params: dict[str, Any] = defaultdict(lambda: "–")
    params.update(known.sentence.params, **{**details, "actor": actor_name})
    for key, names in known.words.items():
        params[key] = names.get(str(params[key]), params[key])
    return Message(known.sentence.template, params)
