"""The form in which texts are compared: width, case, traditional characters, brackets and spaces folded.

Folding goes character by character and never looks at neighbours, except for spaces: so every part of
a text, folded, is a part of the folded text, and what is typed is found wherever it stands.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from operator import add
from typing import Final

GAP: Final = "\x01"  # between values of one field, where nothing may match
START: Final = "\x02"  # before a value, so that its beginning can be searched for
SPACE: Final = "␣"  # a space that tells two words apart

_SHORT: Final = 80
_SLICE: Final = 100_000  # characters worked on at once: a list of all words of a long text would take gigabytes

_ALIKE: Final = {
    **dict.fromkeys("〔【〖［﹝", "("),
    **dict.fromkeys("〕】〗］﹞", ")"),
    "[": "(",
    "]": ")",
    **dict.fromkeys("“”„‟「」『』〝〞", '"'),
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("•‧∙⋅・･", "·"),
    **dict.fromkeys("‐‑‒–―−", "-"),
    SPACE: "",
}
_VARIANTS: Final = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
_HAN: Final = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0), (0x2A700, 0x2EBE1))


class _Table(dict[int, str]):
    """Folded forms by code point, worked out when a character is first met."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = _fold_character(chr(point))
        return folded


@cache
def _simplified() -> dict[str, str]:
    """Characters that OpenCC simplifies, each for itself: by phrases, a part would fold otherwise than the whole."""
    import opencc

    characters = [chr(point) for first, end in _HAN for point in range(first, end)]
    lines = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {one: to for one, to in zip(characters, lines, strict=True) if to != one}


def _fold_character(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs") or character in _VARIANTS:
        return " " if character in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85" else ""
    if character in _ALIKE:
        return _ALIKE[character]
    folded = ""
    for one in unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold()):
        if one.isspace():
            folded += " "
        elif one >= "\u2e80":
            simple = _simplified().get(one, one)
            folded += _simplified().get(simple, simple)
        else:  # letters with accents as without
            plain = unicodedata.normalize("NFD", one)
            folded += "".join(_ALIKE.get(part, part) for part in plain if not "\u0300" <= part <= "\u036f")
    return folded


_table: Final = _Table()
_BLANK: Final = array("I", " ".encode("utf-32-le"))


def fold(text: str) -> str:
    """Fold a text for comparison. It holds no white space: between two words of letters or digits stands `SPACE`."""
    if len(text) <= _SLICE:
        return _part_words(text.translate(_table))
    parts: list[str] = []
    last, spaced = "", False
    for start in range(0, len(text), _SLICE):
        folded = text[start : start + _SLICE].translate(_table)
        words = _part_words(folded)
        if not words:
            spaced = spaced or folded != ""
            continue
        if last and (spaced or folded[0] == " ") and _is_word(last) and _is_word(words[0]):
            parts.append(SPACE)
        parts.append(words)
        last, spaced = words[-1], folded[-1] == " "
    return "".join(parts)


def _part_words(folded: str) -> str:
    """Take the spaces out and put `SPACE` where they count."""
    if " " not in folded:
        return folded
    pieces = folded.split()
    if not pieces:
        return ""
    joined = [pieces[0]]
    for before, piece in pairwise(pieces):
        if _is_word(before[-1]) and _is_word(piece[0]):
            joined.append(SPACE)
        joined.append(piece)
    return "".join(joined)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """Fold a text and tell for each folded character the place in `text` it comes from."""
    folded: list[str] = []
    places: list[int] = []
    pending: int | None = None
    for place, character in enumerate(text):
        for one in _table[ord(character)]:
            if one == " ":
                pending = place if folded else None
                continue
            if pending is not None and _is_word(folded[-1]) and _is_word(one):
                folded.append(SPACE)
                places.append(pending)
            pending = None
            folded.append(one)
            places.append(place)
    return "".join(folded), places


def _is_word(character: str) -> bool:
    """Tell whether spaces count beside this character: letters and digits of scripts that part words by them."""
    return character < "\u2e80" and character.isalnum()


def bigrams(folded: str) -> str:
    """Join the overlapping pairs of characters by spaces; a single character stands for itself.

    A pair at a gap becomes the gap alone: it keeps its position, and no query asks for it.
    """
    if len(folded) < 2:
        return folded
    # Most values are short, and for those the plain way is quicker.
    pairs = " ".join(map(add, folded, folded[1:]) if len(folded) < _SHORT else _paired(folded))
    if GAP in folded:
        return " ".join([GAP if GAP in pair else pair for pair in pairs.split(" ")])
    return pairs


def _paired(folded: str) -> Iterator[str]:
    """Yield the pairs of each slice, joined; laid out as numbers, since a string for each pair is slow and large."""
    for start in range(0, len(folded) - 1, _SLICE):
        points = array("I", folded[start : start + _SLICE + 1].encode("utf-32-le", "surrogatepass"))
        pairs = _BLANK * (3 * len(points) - 4)
        pairs[0::3], pairs[1::3] = points[:-1], points[1:]
        yield pairs.tobytes().decode("utf-32-le", "surrogatepass")


def signs(folded: str) -> str:
    """Join the different characters of a text by spaces."""
    return " ".join(set(folded))


def cover(folded: str) -> list[tuple[int, str]]:
    """Cut a folded text of two or more characters into pairs with their positions that name each character once.

    The last pair overlaps the one before if the number is odd. Half the positions, the same answer.
    """
    length = len(folded)
    pairs = [(place, folded[place : place + 2]) for place in range(0, length - 1, 2)]
    if length % 2:
        pairs.append((length - 2, folded[length - 2 :]))
    return pairs
