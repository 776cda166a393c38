"""Batch changes in words."""

from __future__ import annotations

from typing import Any, Final

from shicheng.describing.models import ChangeSet
from shicheng.describing.operations import VERBS, Operation
from shicheng.holdings.words import ElementName
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.search.asking import describe
from shicheng.search.selections import Selection

STATES: Final[dict[str, Message]] = {
    "promised": _("being prepared"),
    "stored": _("being carried out"),
    "done": _("done"),
    "failed": _("failed"),
    "undone": _("undone"),
}
LOOKS: Final = {"promised": "info", "stored": "info", "done": "ok", "failed": "bad", "undone": "warn"}
KINDS: Final[dict[str, Message]] = {"batch": _("batch change"), "undo": _("undoing"), "sheet": _("filled table")}


def say(changes: ChangeSet) -> Message:
    """What a set does, in a sentence."""
    if changes.kind == "undo" and changes.undoes is not None:
        return _("Undo %(number)s", number=changes.undoes.number or "")
    if changes.kind == "sheet":
        return _("Take over the filled table %(name)s", name=changes.act.get("name", ""))
    return say_operation(Operation.from_json(changes.act.get("operation", {})))


def say_operation(operation: Operation) -> Message:
    """What an operation does, in a sentence."""
    named: dict[str, Any] = {
        "element": ElementName(operation.element), "value": operation.value, "find": operation.find,
    }  # fmt: skip
    match operation.verb:
        case "set":
            return _("%(element)s: set “%(value)s”", **named)
        case "fill":
            return _("%(element)s: set “%(value)s” where there is none", **named)
        case "replace":
            return _("%(element)s: “%(find)s” becomes “%(value)s”", **named)
        case "append":
            return _("%(element)s: add “%(value)s” to the end", **named)
        case "find":
            return _("%(element)s: replace “%(find)s” by “%(value)s” within it", **named)
    return _("%(element)s: take the value away", **named)


def say_selection(changes: ChangeSet) -> list[str]:
    """Which records were meant."""
    return describe(Selection.from_json(changes.act["selection"])) if "selection" in changes.act else []


__all__ = ["KINDS", "LOOKS", "STATES", "VERBS", "say", "say_operation", "say_selection"]
