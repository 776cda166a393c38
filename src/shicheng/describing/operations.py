"""What a batch change does to one value. No database here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from shicheng.describing.errors import BadOperation
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

VERBS: Final[dict[str, Message]] = {
    "set": _("Set the value in every record"),
    "fill": _("Set the value where there is none"),
    "replace": _("Replace the value where it is this one"),
    "append": _("Add to the end of the value"),
    "find": _("Find and replace within the value"),
    "clear": _("Take the value away"),
}
_LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of one element; what `value`, `find` and `between` mean depends on the verb."""

    element: str
    verb: str
    value: str = ""
    find: str = ""
    between: str = ""  # stands between the old value and what is added to it

    def apply(self, old: str) -> str:
        """The value this makes of an old one; the same value where there is nothing to do."""
        match self.verb:
            case "set":
                return self.value
            case "fill":
                return old or self.value
            case "replace":
                return self.value if old == self.find else old
            case "append":
                return f"{old}{self.between}{self.value}" if old else self.value
            case "find":
                return old.replace(self.find, self.value)
        return ""

    def to_json(self) -> dict[str, str]:
        """The form that is kept; only what says something."""
        return {name: text for name, text in asdict(self).items() if text}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Operation:
        """Read back what `to_json` wrote."""
        return cls(**{name: str(stored.get(name, "")) for name in ("element", "verb", "value", "find", "between")})


def checked_operation(operation: Operation, elements: Mapping[str, str]) -> Operation:
    """The operation, if it says something that can be done to one of the elements. Raises `BadOperation`."""
    if operation.element not in elements:
        raise BadOperation(
            _("The batch change names no element that can be changed for many records at once."),
            hint=_("Choose one of the elements in the list."),
        )
    if operation.verb not in VERBS:
        raise BadOperation(_("The batch change does not say what is to be done."), hint=_("Choose one of the acts."))
    for text in (operation.value, operation.find, operation.between):
        if len(text) > _LONGEST or "\x00" in text:
            raise BadOperation(
                _("A value of the batch change is longer than %(most)s characters or can't be kept.", most=_LONGEST),
                hint=_("Shorten it."),
            )
    if operation.verb in ("set", "fill", "append") and not operation.value:
        raise BadOperation(
            _("The batch change gives no value."),
            hint=_("Write the value, or choose to take the value away."),
        )
    if operation.verb in ("find", "replace") and not operation.find:
        raise BadOperation(_("The batch change does not say what is to be replaced."), hint=_("Write it."))
    if operation.verb in ("find", "replace") and operation.find == operation.value:
        raise BadOperation(_("The batch change replaces a text by the same text."), hint=_("Write another one."))
    return operation
