"""Texts as character data of XML 1.0, exactly as they came."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile("[\\\\\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_UNESCAPE: Final = re.compile(r"\\(?:u([0-9a-f]{4})|\\)")
_MARKED: Final = re.compile("[&<>\r]")
_MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


def escape_text(text: str) -> str:
    """Return `text` with `\\uXXXX` for what XML 1.0 can't carry and every backslash doubled."""
    return _ESCAPE.sub(lambda m: "\\\\" if m[0] == "\\" else f"\\u{ord(m[0]):04x}", text)


def unescape_text(text: str) -> str:
    """Undo `escape_text`."""
    return _UNESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else "\\", text)


def mark_up(text: str) -> str:
    """Return `text` as character data: markup replaced, carriage returns kept through parsing."""
    return text.translate(_MARKUP) if _MARKED.search(text) else text
