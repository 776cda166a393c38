"""A text as lines that can be compared: without blanks, one width of digits, and each sign's place kept."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

HEAD: Final = 12_000  # signs looked at from the beginning
TAIL: Final = 12_000  # signs looked at at the end
LONGEST_LINE: Final = 4_000  # what stands further along a line is not looked at

_BREAKS: Final = re.compile("[\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_PAGE_NUMBER: Final = re.compile(r"[—–\-－―·.第]*\d{1,4}[—–\-－―·.页]*|第\d{1,4}页共\d{1,4}页|\d{1,4}/\d{1,4}")
_COLONS: Final = frozenset(":﹕∶︰")
_ROUND: Final = frozenset("OoОо○◯⭕０0Ｏ")  # what stands for 〇 among Chinese numerals in dirty texts


@dataclass(frozen=True)
class Folded:
    """Signs of a text to be compared, and where each of them stands in it."""

    plain: str
    at: tuple[int, ...]

    def spot(self, first: int, last: int) -> tuple[int, int]:
        """Where the signs from `first` to before `last` stand in the text."""
        return self.at[first], self.at[last - 1] + 1


@dataclass(frozen=True)
class Line(Folded):
    """One line with something in it. `number` counts from 1; `gap` tells of an empty line before it."""

    number: int
    gap: bool = False


class Sheet:
    """A text with the lines of its beginning and its end."""

    def __init__(self, text: str, *, left_out: int = 0) -> None:
        self.text = text
        self._starts = [0] + [found.end() for found in _BREAKS.finditer(text)]
        self._left_out = left_out

    @cached_property
    def head(self) -> list[Line]:
        """The lines of the beginning."""
        return self._lines(0, min(HEAD, len(self.text)))[self._left_out :]

    @cached_property
    def tail(self) -> list[Line]:
        """The lines of the end; with the beginning again in a short text."""
        return self._lines(max(0, len(self.text) - TAIL), len(self.text))

    def without(self, lines: int) -> Sheet:
        """The same text with its first lines left out of the head."""
        return Sheet(self.text, left_out=lines) if lines else self

    def line_at(self, place: int) -> int:
        """The number of the line a place lies in, from 1."""
        return bisect_right(self._starts, place)

    def written(self, start: int, end: int) -> str:
        """The words of a spot in one line, without the blanks that only spread Chinese signs."""
        return tidy(self.text[start:end])

    def _lines(self, start: int, end: int) -> list[Line]:
        lines, gap = [], False
        number = self.line_at(start)
        while number <= len(self._starts) and (begins := max(start, self._starts[number - 1])) < end:
            stops = min(end, self._starts[number] if number < len(self._starts) else end, begins + LONGEST_LINE)
            folded = fold(self.text, begins, stops)
            if not folded.plain:
                gap = True
            elif not _PAGE_NUMBER.fullmatch(folded.plain) or (folded.plain.isdigit() and len(folded.plain) > 3):
                lines.append(Line(folded.plain, folded.at, number, gap))
                gap = False
            number += 1
        return lines


def fold(text: str, start: int = 0, end: int | None = None) -> Folded:
    """The signs of a part of the text without blanks and controls, digits and letters in one width."""
    signs: list[str] = []
    at: list[int] = []
    for place in range(start, len(text) if end is None else end):
        sign = text[place]
        if sign.isspace() or unicodedata.category(sign) in ("Cf", "Cc", "Co", "Cs"):
            continue
        if not signs and sign in "#*>":  # marks of Markdown
            continue
        code = ord(sign)
        if 0xFF10 <= code <= 0xFF5A and chr(code - 0xFEE0).isalnum():
            sign = chr(code - 0xFEE0)
        signs.append("：" if sign in _COLONS else sign)
        at.append(place)
    return Folded("".join(signs), tuple(at))


def join(lines: Sequence[Line]) -> Folded:
    """Lines as one, as a sentence goes on over their ends."""
    return Folded("".join(line.plain for line in lines), tuple(place for line in lines for place in line.at))


def tidy(text: str) -> str:
    """One line of a text: blanks are kept only between two words or numbers of other letters than Chinese."""
    kept: list[str] = []
    for part in text.split():
        part = "".join(sign for sign in part if unicodedata.category(sign) not in ("Cf", "Cc", "Co", "Cs"))
        if kept and part and _is_latin(kept[-1][-1]) and _is_latin(part[0]):
            kept.append(" ")
        if part:
            kept.append(part)
    return "".join(kept).lstrip("#*> ")


def unround(numeral: str) -> str:
    """A Chinese numeral with 〇 for the round signs dirty texts have in its place."""
    return "".join("〇" if sign in _ROUND else sign for sign in numeral)


def _is_latin(sign: str) -> bool:
    return sign.isalnum() and ord(sign) < 0x2E80
