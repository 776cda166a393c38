"""Comparing two descriptions, element by element, with the differences within long texts. No database here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from shicheng.holdings.words import ElementName
from shicheng.packages.elements import BY_NAME, ELEMENTS

# A word of letters and digits, a run of blanks, or one sign: Chinese has no blanks between words.
_PIECES: Final = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)
_LINES: Final = re.compile(r"[^\n。；]*[\n。；]|[^\n。；]+")
_MOST_PIECES: Final = 1500  # beyond these, sentences are compared and not signs
_ALIKE: Final = 0.3  # below this, two texts have nothing in common worth marking


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `is_changed` where the other text has something else."""

    text: str
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One element of two descriptions."""

    name: str
    before: str
    after: str

    @property
    def label(self) -> str:
        """Name of the element in the language of the reader."""
        return str(ElementName(self.name))

    @property
    def is_changed(self) -> bool:
        """Tell whether the two differ."""
        return self.before != self.after

    @property
    def pieces_before(self) -> list[Piece]:
        """The first text with what is not in the second marked."""
        return mark(self.before, self.after)[0]

    @property
    def pieces_after(self) -> list[Piece]:
        """The second text with what is not in the first marked."""
        return mark(self.before, self.after)[1]


def compare(before: Mapping[str, str], after: Mapping[str, str]) -> list[Difference]:
    """Every element either description has, in the order of the norm, then columns the norm does not know."""
    known = [element.name for element in ELEMENTS if element.name in before or element.name in after]
    others = [name for name in dict.fromkeys([*before, *after]) if name not in BY_NAME]
    found = [Difference(name, str(before.get(name, "")), str(after.get(name, ""))) for name in (*known, *others)]
    return [one for one in found if one.before or one.after]


def changed_names(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The elements that differ, in the order of the norm."""
    return [one.name for one in compare(before, after) if one.is_changed]


def mark(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Mark in each of two texts what the other does not have."""
    if before == after:
        same = [Piece(before, is_changed=False)] if before else []
        return same, same
    for form in (_PIECES, _LINES):
        first, second = form.findall(before), form.findall(after)
        head = _alike(first, second)
        tail = _alike(first[head:][::-1], second[head:][::-1])
        inner = first[head : len(first) - tail], second[head : len(second) - tail]
        if max(map(len, inner)) <= _MOST_PIECES:
            break
    else:
        return _whole(before), _whole(after)
    matcher = SequenceMatcher(None, *inner, autojunk=False)
    matching = 2 * (head + tail + sum(block.size for block in matcher.get_matching_blocks()))
    if matching < _ALIKE * (len(first) + len(second)):
        return _whole(before), _whole(after)
    left: list[Piece] = []
    right: list[Piece] = []
    inside = [(kind, a + head, b + head, c + head, d + head) for kind, a, b, c, d in matcher.get_opcodes()]
    ends = len(first) - tail, len(first), len(second) - tail, len(second)
    for kind, a, b, c, d in [("equal", 0, head, 0, head), *inside, ("equal", *ends)]:
        for side, pieces in ((left, first[a:b]), (right, second[c:d])):
            if pieces:
                side.append(Piece("".join(pieces), is_changed=kind != "equal"))
    return left, right


def _alike(first: list[str], second: list[str]) -> int:
    """How many pieces two texts begin with in common."""
    return next((n for n, (one, other) in enumerate(zip(first, second, strict=False)) if one != other),
                min(len(first), len(second)))  # fmt: skip


def _whole(text: str) -> list[Piece]:
    return [Piece(text, is_changed=True)] if text else []
