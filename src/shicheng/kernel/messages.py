"""Texts for people that are translated when they are shown, not when they are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_translate: Callable[[str], str] = str


def set_translator(translate: Callable[[str], str]) -> None:
    """Let `translate` turn English templates into the current language from now on."""
    global _translate
    _translate = translate


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with named placeholders and the values that fill them."""

    template: str
    params: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        text = _translate(self.template)
        return text % self.params if self.params else text

    def to_json(self) -> dict[str, Any]:
        """Return a form that can be stored and read in either language later."""
        return {"template": self.template, "params": {k: _plain(v) for k, v in self.params.items()}}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Message:
        """Read back what `to_json` wrote."""
        params = stored.get("params", {})
        return cls(stored["template"], {key: _nested(value) for key, value in params.items()})


def message(template: str, /, **params: Any) -> Message:
    """Make a message; import it as `_` so that the texts are found for translation."""
    return Message(template, params)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _nested(value: Any) -> Any:
    return Message.from_json(value) if isinstance(value, dict) else value
