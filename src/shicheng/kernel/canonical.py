"""One form of JSON for digests and signatures: equal values give equal bytes."""

from __future__ import annotations

import json
from typing import Any, Final

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _

_SIMPLE: Final = (str, int)


class NotCanonical(ShichengError, ValueError):
    """A value that has no single written form."""

    code = "kernel.canonical.refused"
    http_status = 500


def canonical_json(value: Any) -> bytes:
    """Return `value` as JSON in UTF-8 with sorted keys and no spaces.

    Takes text, whole numbers, booleans, null, lists, tuples and mappings with text keys; raises
    `NotCanonical` for anything else. Floats are refused, since the same float is written in
    several ways. Keys sort by code point, as their UTF-8 bytes do.
    """
    _check(value, "$")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(
            _(
                "The text near %(near)s holds half a character and cannot be written as UTF-8.",
                near=ascii(error.object[max(0, error.start - 20) : error.end]),
            ),
            hint=_("Write the name as escaped bytes before it is stored."),
        ) from error


def _check(value: Any, place: str) -> None:
    if value is None or isinstance(value, _SIMPLE):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise _refusal(key, f"{place} (key)")
            if not isinstance(inner, _SIMPLE):  # most are, and need no name of their place
                _check(inner, f"{place}.{key}")
        return
    if isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            if not isinstance(inner, _SIMPLE):
                _check(inner, f"{place}[{number}]")
        return
    raise _refusal(value, place)


def _refusal(value: Any, place: str) -> NotCanonical:
    return NotCanonical(
        _(
            "The value at %(place)s is of the kind %(kind)s, which has no single form in JSON.",
            place=place,
            kind=type(value).__name__,
        ),
        hint=_("Give it as text or as a whole number."),
    )
