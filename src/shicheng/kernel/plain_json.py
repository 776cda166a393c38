"""JSON without spaces, as it stands in columns and lines; several times quicker than the library of the language."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode
_encode_any: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode_json(value: Any) -> str:
    """A value as JSON; texts as they are, but for what JSON has to escape."""
    try:
        return _encode(value).decode()
    except UnicodeEncodeError:  # halves of surrogates, which only some sources have and no database takes
        return _encode_any(value)


def decode_json(text: str | bytes) -> Any:
    """The value of a JSON text; bytes are UTF-8. Raises ValueError if it is none."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeError):
        return json.loads(text if isinstance(text, str) else text.decode("utf-8", "surrogatepass"))
