"""Setting forms as PDF/A by typst, whatever characters names and remarks hold.

PDF/A wants a glyph for every character, and names of files hold anything: what no font of this machine can show is
set as its escape. A form is never refused for its letters.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import typst


def set_form(form: Path, data: Any) -> bytes:
    """Set the form with its data as PDF/A-2b; as plain PDF where this machine's fonts don't even have its own words."""
    for shows in (_printable, _likely, _common):
        try:
            return _compile(form, _shown(data, shows), archival=True)
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
    return _compile(form, _shown(data, _printable), archival=False)


def _compile(form: Path, data: Any, *, archival: bool) -> bytes:
    made = _compiler(form).compile(
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        format="pdf",
        pdf_standards=["a-2b"] if archival else [],
    )
    assert isinstance(made, bytes)
    return made


@cache
def _compiler(form: Path) -> typst.Compiler:
    return typst.Compiler(str(form))


def _shown(value: Any, shows: Callable[[str], bool]) -> Any:
    """The data with every character that is not shown as its escape."""
    if isinstance(value, str):
        return "".join(c if c == "\n" or shows(c) else f"\\u{ord(c):04x}" for c in value)
    if isinstance(value, dict):
        return {key: _shown(each, shows) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each, shows) for each in value]
    return value


def _printable(c: str) -> bool:
    return c.isprintable()


_LIKELY = [
    (0x20, 0x24F), (0x2000, 0x22FF), (0x2500, 0x25FF), (0x3000, 0xD7AF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF),
]  # fmt: skip
_COMMON = [(0x20, 0x7E), (0x3000, 0x301F), (0x4E00, 0x9FA5), (0xFF01, 0xFF5E)]


def _likely(c: str) -> bool:
    """Letters of Europe, punctuation, and all that Chinese, Japanese and Korean fonts have."""
    return c.isprintable() and any(first <= ord(c) <= last for first, last in _LIKELY)


def _common(c: str) -> bool:
    """What any Chinese font has, and what the forms themselves are written with."""
    return c in "—–·…“”‘’□✓" or (c.isprintable() and any(first <= ord(c) <= last for first, last in _COMMON))
