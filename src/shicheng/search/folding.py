"""The form in which texts are compared: width, case, traditional characters, brackets and spaces folded.

Folding goes character by character and never looks at neighbours, except for spaces: so every part of
a text, folded, is a part of the folded text, and what is typed is found wherever it stands.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import pairwise
from operator import add
from typing import Final

GAP: Final = "\x01"  # between values of one field, where nothing may match
START: Final = "\x02"  # before a value, so that its beginning can be searched for
SPACE: Final = "␣"  # a space that tells two words apart

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


def fold(text: str) -> str:
    """Fold a text for comparison. It holds no white space: between two words of letters or digits stands `SPACE`."""
    folded = text.translate(_table)
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
    if GAP in folded:
        return " ".join(GAP if GAP in pair else pair for pair in map(add, folded, folded[1:]))
    return " ".join(map(add, folded, folded[1:]))


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
