"""Identifiers: new ones in the order of time, and derived ones that are always the same."""

from __future__ import annotations

import hashlib
import os
import threading
import time
import uuid
from typing import Final

from shicheng.kernel.canonical import canonical_json

NAMESPACE: Final = uuid.UUID("5d4c9a0e-2f0b-5c1d-9a53-7b1e0a6f1534")
"""The namespace of derived identifiers; changing it would change every one of them."""

_LOW: Final = (1 << 42) - 1

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """Return a new identifier (UUID version 7) that sorts after every earlier one of this process.

    48 bits of milliseconds, 12 bits of the fraction of a millisecond, 62 random bits
    (RFC 9562, 6.2, method 3). A clock that is set back does not break the order.
    """
    global _last
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    tick = milliseconds << 12 | rest * 4096 // 1_000_000
    with _lock:
        tick = _last = max(tick, _last + 1)
    chance = int.from_bytes(os.urandom(8)) >> 2
    return uuid.UUID(int=tick >> 12 << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | chance)


def derived_id(*parts: str | int) -> uuid.UUID:
    """Return the identifier (UUID version 5) that these parts, in this order, always give."""
    # As uuid.uuid5 does, which takes three times as long over the same digest.
    return uuid.UUID(int=_digest(*parts), version=5)


def placed_id(parent: uuid.UUID, place: int, *parts: str | int) -> uuid.UUID:
    """Return the identifier (UUID version 8) of what stands at a place within something with a UUID version 7.

    It begins with the parent's time and the place, and ends with a digest of the parent, the place and the parts.
    So what comes together lies together: rows with random keys would touch a page of every index for each row.
    """
    return lay_out(parent, place, _digest(str(parent), place, *parts), version=8)


def lay_out(parent: uuid.UUID, place: int, rest: int, *, version: int) -> uuid.UUID:
    """Return the identifier made of the parent's time, a place below 2³² and the last 42 bits of `rest`."""
    place &= 0xFFFF_FFFF
    beginning = parent.int >> 80 << 80 | version << 76 | place >> 20 << 64
    return uuid.UUID(int=beginning | 0b10 << 62 | (place & 0xF_FFFF) << 42 | rest & _LOW)


def place_of(identity: uuid.UUID) -> int:
    """Return the place an identifier was laid out for."""
    return (identity.int >> 64 & 0xFFF) << 20 | identity.int >> 42 & 0xF_FFFF


def have_one_rest(left: uuid.UUID, right: uuid.UUID) -> bool:
    """Tell whether two identifiers end alike: by that those of one origin are known from others of its millisecond."""
    return left.int & _LOW == right.int & _LOW


def part_id(whole: uuid.UUID, *parts: str | int) -> uuid.UUID:
    """Return the identifier of a part: it begins as that of the whole, and ends with a digest of both."""
    return uuid.UUID(int=whole.int & ~_LOW | _digest(str(whole), *parts) & _LOW)


def _digest(*parts: str | int) -> int:
    """The number the parts always give."""
    name = canonical_json(list(parts))
    return int.from_bytes(hashlib.sha1(NAMESPACE.bytes + name, usedforsecurity=False).digest()[:16])
