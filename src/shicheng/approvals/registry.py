"""The kinds of requests as each room declares them."""

from __future__ import annotations

from shicheng.approvals.errors import UnknownKind
from shicheng.approvals.types import Kind
from shicheng.kernel.messages import message as _

_kinds: dict[str, Kind] = {}


def kind(declared: Kind) -> Kind:
    """Register a kind of request; to be called where the owning room is loaded."""
    if declared.code.count(".") != 1 or not declared.steps:
        raise ValueError(f"a kind of request is room.thing and has a step at least, not {declared.code}")
    _kinds[declared.code] = declared
    return declared


def find_kind(code: str) -> Kind:
    """Return a registered kind; raises `UnknownKind`."""
    try:
        return _kinds[code]
    except KeyError:
        raise UnknownKind(
            _("Requests of the kind %(kind)s are not known to this version.", kind=code),
            hint=_("Run the version they were made with, or withdraw them."),
        ) from None


def all_kinds() -> list[Kind]:
    """Every registered kind, by code."""
    return [_kinds[code] for code in sorted(_kinds)]
