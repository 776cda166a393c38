"""Characters as paper can show them: what no font of this machine has is named by its code point."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from bisect import bisect_right
from functools import cache
from typing import Any, Final

# What every font for Chinese has, for machines that can't be asked about their fonts.
_COMMON: Final = ((0x20, 0x7E), (0xA0, 0x24F), (0x2010, 0x2027), (0x2030, 0x205E), (0x2190, 0x22FF), (0x2460, 0x25FF),
                  (0x3000, 0x33FF), (0x3400, 0x4DB5), (0x4E00, 0x9FD5), (0xAC00, 0xD7A3), (0xF900, 0xFA6D),
                  (0xFF01, 0xFFEE))  # fmt: skip
_LONG_RUN: Final = re.compile(r"[!-~·]{40,}")  # words so long that they may not fit a column
_JOINT: Final = re.compile(r"[-·./_\\,:;](?=.)|[!-~]{16}(?=.)")
_ALWAYS_NAMED: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


def shown(value: Any) -> Any:
    """The data of a form with every character that can't be shown as ⟨U+XXXX⟩; lines stay lines."""
    if isinstance(value, str):
        return "".join(sign if sign == "\n" or _is_shown(sign) else f"⟨U+{ord(sign):04X}⟩" for sign in value)
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [shown(each) for each in value]
    return value


def breakable(text: str) -> str:
    """A text whose long codes may be broken where they are joined, so that they never leave their cell."""
    return _LONG_RUN.sub(lambda run: _JOINT.sub(lambda joint: joint[0] + "\u200b", run[0]), text)


@cache
def _is_shown(sign: str) -> bool:
    if sign == "\u200b":
        return True
    if unicodedata.category(sign) in _ALWAYS_NAMED:
        return False
    starts, ends = _covered()
    place = bisect_right(starts, ord(sign)) - 1
    return place >= 0 and ord(sign) <= ends[place]


@cache
def _covered() -> tuple[list[int], list[int]]:
    """The code points that fonts of this machine have, as ranges in their order."""
    try:
        said = subprocess.run(
            ["fc-list", ":scalable=true", "--format", "%{charset}\n"],
            capture_output=True, text=True, timeout=30, check=True,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        said = ""
    ranges = set()
    for part in set(said.split()):
        first, _dash, last = part.partition("-")
        try:
            ranges.add((int(first, 16), int(last or first, 16)))
        except ValueError:
            continue
    merged: list[list[int]] = []
    for begin, end in sorted(ranges or _COMMON):
        if merged and begin <= merged[-1][1] + 1:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([begin, end])
    return [one[0] for one in merged], [one[1] for one in merged]
