"""Permissions as each room registers them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shicheng.kernel.messages import Message


@dataclass(frozen=True, slots=True)
class Permission:
    """A thing that may be done, `room.thing.verb`, and the roles that may do it."""

    code: str
    label: Message
    roles: frozenset[str]
    everyone: bool = False


_permissions: dict[str, Permission] = {}


def permission(code: str, label: Message, *, roles: Iterable[str], everyone: bool = False) -> str:
    """Register a permission and return its code."""
    if code.count(".") != 2:
        raise ValueError(f"a permission is room.thing.verb, not {code}")
    _permissions[code] = Permission(code, label, frozenset(roles), everyone)
    return code


def find_permission(code: str) -> Permission:
    """Return a registered permission; an unregistered code is a mistake in the program."""
    return _permissions[code]


def all_permissions() -> list[Permission]:
    """Every registered permission, by code."""
    return [_permissions[code] for code in sorted(_permissions)]
