"""Marking the words somebody searched for where a file is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from html import escape

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

MOST_WORDS = 12
_LONGEST = 60
_MOST_MARKS = 2_000


def marked_words(query: Mapping[str, str]) -> list[str]:
    """The words an address names with `mark`, as often as it does."""
    found = query.getlist("mark") if isinstance(query, QueryDict) else [query.get("mark", "")]
    words = [" ".join(word.split())[:_LONGEST] for word in found[:MOST_WORDS]]
    return list(dict.fromkeys(word for word in words if word))


def mark_text(text: str, words: Sequence[str]) -> SafeString:
    """Escape a text and put `<mark>` around each of the words; the first has the id `hit`, to be jumped to."""
    folded = _fold(text)
    wanted = [one for one in map(_fold, words) if one]
    pieces: list[str] = []
    done = marks = 0
    while wanted and marks < _MOST_MARKS:
        places = [(place, -len(word)) for word in wanted if (place := folded.find(word, done)) >= 0]
        if not places:
            break
        start, length = min(places)
        end = start - length
        name = ' id="hit"' if not marks else ""
        pieces += [escape(text[done:start]), f"<mark{name}>", escape(text[start:end]), "</mark>"]
        done, marks = end, marks + 1
    pieces.append(escape(text[done:]))
    return mark_safe("".join(pieces))  # noqa: S308  # every part of the text was escaped above


def _fold(text: str) -> str:
    """Make full and half width, large and small letters alike, one character for each character."""
    return "".join(map(_fold_one, text))


def _fold_one(character: str) -> str:
    if character.isascii():
        return character.lower()
    folded = unicodedata.normalize("NFKC", character).casefold()
    return folded if len(folded) == 1 else character
