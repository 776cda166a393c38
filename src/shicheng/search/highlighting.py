"""Showing where the words stand: titles and extracts with `<mark>`, escaped, in their original characters."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from shicheng.search.expressions import Expression, words_shown
from shicheng.search.folding import fold, fold_with_places

LENGTH: Final = 140  # characters of an extract
_BEFORE: Final = 30  # of them before the first word
_CHUNK: Final = 4000
_FURTHEST: Final = 400_000  # characters of a text that are looked through
_MOST_MARKS: Final = 40


@dataclass(frozen=True, slots=True)
class Highlights:
    """The folded words to mark, in titles and in texts."""

    title: tuple[str, ...]
    text: tuple[str, ...]

    @classmethod
    def of(cls, expression: Expression) -> Highlights:
        """The words of a query."""
        words = words_shown(expression)

        def chosen(name: str) -> tuple[str, ...]:
            texts = [word.text if word.quoted else word.text.strip("*＊") for word in words
                     if word.field is None or word.field.name == name]  # fmt: skip
            return tuple(dict.fromkeys(filter(None, map(fold, texts))))

        return cls(title=chosen("title"), text=chosen("text"))


def mark(text: str, words: Sequence[str]) -> str:
    """Escape a text for HTML and put `<mark>` around each place of one of the folded words."""
    spans = _spans(text, words)
    if not spans:
        return escape(text)
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return "".join([*pieces, escape(text[done:])])


def unpack(zipped: bytes) -> str:
    """The beginning of a stored text, as far as extracts look."""
    return zlib.decompressobj().decompress(zipped, _FURTHEST * 3).decode("utf-8", "ignore")


def extract(text: str, words: Sequence[str]) -> tuple[str, bool]:
    """Cut the part of a text out where most of the words stand together; tells whether one of them does.

    Without any of them it is the beginning of the text.
    """
    if words:
        place = _find_chunk(text, words)
        if place is not None:
            return _best_part(text, place, words), True
    return _cut(text, 0, LENGTH), False


def _find_chunk(text: str, words: Sequence[str]) -> int | None:
    """The chunk that has most of the words, among the first few that have any."""
    best: tuple[int, int] | None = None
    seen = 0
    for start in range(0, min(len(text), _FURTHEST), _CHUNK):
        folded = fold(text[start : start + _CHUNK + LENGTH])
        count = sum(word in folded for word in words)
        if count:
            seen += 1
            if best is None or count > best[0]:
                best = (count, start)
            if count == len(words) or seen == 4:
                break
    return best[1] if best else None


def _best_part(text: str, start: int, words: Sequence[str]) -> str:
    """The part of a chunk with most of the words; only what may be shown is folded with its places."""
    best, best_count = start, 0
    for place in range(start, min(len(text), start + _CHUNK), LENGTH // 2):
        folded = fold(text[place : place + LENGTH])
        count = sum(word in folded for word in words)
        if count > best_count:
            best, best_count = place, count
        if count == len(words):
            break
    if best_count:
        folded, places = fold_with_places(text[best : best + LENGTH])
        first = min(place for word in words if (place := folded.find(word)) >= 0)
        return _cut(text, best + places[first] - _BEFORE, LENGTH)
    # A word that lies across two steps, or is longer than one.
    folded, places = fold_with_places(text[start : start + _CHUNK + LENGTH])
    firsts = [place for word in words if (place := folded.find(word)) >= 0]
    return _cut(text, start + (places[min(firsts)] if firsts else 0) - _BEFORE, LENGTH)


def _cut(text: str, start: int, length: int) -> str:
    """Cut a part out, on one line, with signs where something was left out."""
    start = max(0, start)
    part = " ".join(text[start : start + length].split())
    if not part:
        return ""
    return ("…" if start > 0 else "") + part + ("…" if start + length < len(text.rstrip()) else "")


def _spans(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    folded = fold(text) if words else ""
    if not any(word in folded for word in words):
        return []
    folded, places = fold_with_places(text)
    spans: list[tuple[int, int]] = []
    for word in words:
        place = folded.find(word)
        while place >= 0 and len(spans) < _MOST_MARKS * len(words):
            spans.append((places[place], places[place + len(word) - 1] + 1))
            place = folded.find(word, place + len(word))
    spans.sort()
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
