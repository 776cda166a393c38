"""Texts for people that are translated when they are shown, not when they are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_translate: Callable[[str], str] = str


def _english() -> str:
    return "en"


_language: Callable[[], str] = _english


def set_translator(translate: Callable[[str], str]) -> None:
    """Let `translate` turn English templates into the current language from now on."""
    global _translate
    _translate = translate


def set_language(language: Callable[[], str]) -> None:
    """Let `language` say from now on which language is the current one."""
    global _language
    _language = language


@dataclass(frozen=True, slots=True)
class Label:
    """A name written in both languages where it is laid down, such as an element's; shown in the current one."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if _language().startswith("zh") or not self.en else self.en

    def to_json(self) -> dict[str, str]:
        """The form messages keep it in."""
        return {"zh": self.zh, "en": self.en}


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
    to_json = getattr(value, "to_json", None)
    if to_json is not None:
        return to_json()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _nested(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return Message.from_json(value) if "template" in value else Label(value["zh"], value["en"])
