"""What is wrong with a value, in words of ours: the sentences of the checker are English and for programmers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shicheng.collecting.types import Fault
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_KINDS: Final = {
    "string_type": _("a text"), "int_type": _("a whole number"), "list_type": _("a list"), "dict_type": _("an object"),
    "model_type": _("an object"), "model_attributes_type": _("an object"),
}  # fmt: skip


def pointer_of(places: tuple[int | str, ...] | list[int | str]) -> str:
    """The JSON pointer (RFC 6901) of a place."""
    return "".join("/" + str(one).replace("~", "~0").replace("/", "~1") for one in places)


def fault_of(error: Mapping[str, Any]) -> Fault:
    """One finding of the checker as a fault."""
    places = tuple(error["loc"])
    name = ".".join(str(one) for one in places) or "metadata"
    return Fault(pointer_of(places), name[:300], _words(str(error["type"]), name[:300], error))


def _words(kind: str, name: str, error: Mapping[str, Any]) -> Message:
    context = error.get("ctx") or {}
    if kind == "filing":
        told = context["words"]
        return told if isinstance(told, Message) else Message("%(text)s", {"text": str(told)})
    if kind in _KINDS:
        return _("%(name)s must be %(kind)s.", name=name, kind=_KINDS[kind])
    match kind:
        case "missing":
            return _("%(name)s is missing.", name=name)
        case "extra_forbidden":
            return _("%(name)s is not known; nothing unknown is taken.", name=name)
        case "literal_error":
            expected = str(context.get("expected", "")).replace(" or ", ", ").replace("'", "")
            return _("%(name)s must be one of: %(expected)s.", name=name, expected=expected)
        case "string_too_short":
            return _("%(name)s is empty.", name=name)
        case "string_too_long":
            return _("%(name)s is longer than %(most)s signs.", name=name, most=context.get("max_length", ""))
        case "too_long":
            return _("%(name)s has more than %(most)s entries.", name=name, most=context.get("max_length", ""))
        case "too_short":
            return _("%(name)s is empty.", name=name)
        case "greater_than_equal":
            return _("%(name)s must be %(least)s at least.", name=name, least=context.get("ge", ""))
        case "less_than_equal":
            return _("%(name)s must be %(most)s at most.", name=name, most=context.get("le", ""))
        case "string_pattern_mismatch":
            return _("%(name)s is not in the form that is taken: %(pattern)s", name=name,
                     pattern=str(context.get("pattern", "")))  # fmt: skip
    return _("%(name)s can't be used: %(reason)s", name=name, reason=str(error.get("msg", "")))
