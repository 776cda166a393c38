"""The text of a page in reading order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.document import Page, Resources
from shicheng.formats.ofd.geometry import IDENTITY, Box, Matrix, applied, joined, matrix, moved, number
from shicheng.formats.ofd.textcode import runs
from shicheng.formats.ofd.xml import Element

_DEEPEST = 32
_BLANK = " \t\r\n\u3000\u00a0\u200b\ufeff"
_WORD_GAP = 0.45  # of the type size: wider gaps in a line are spaces


@dataclass(slots=True)
class _Piece:
    """Characters that stand on one line."""

    x: float
    y: float
    end: float
    size: float
    text: str


def page_text(page: Page) -> str:
    """Return the text of one page, templates and annotations with it: lines from the top, each from the left.

    Raises `UnreadableOfd` when the page or a template can't be read.
    """
    pieces: list[_Piece] = []
    for layer, owner in page.layers():
        pieces.extend(_pieces(layer, owner.resources, IDENTITY, 0))
    for annotation in page.document.annotations(page):
        for appearance in xml.children(annotation, "Appearance"):
            box = Box.read(appearance.get("Boundary")) or Box(0, 0, 0, 0)
            pieces.extend(_pieces(appearance, page.resources, moved(box.x, box.y), 0))
    return "\n".join(_line_text(line) for line in _lines(pieces)).strip("\n")


def _pieces(parent: Element, resources: Resources, outer: Matrix, depth: int) -> Iterator[_Piece]:
    if depth > _DEEPEST:
        return
    for element in xml.children(parent):
        match xml.local(element):
            case "TextObject":
                yield from _text_pieces(element, joined(outer, _placement(element)))
            case "PageBlock" | "Content":
                yield from _pieces(element, resources, outer, depth + 1)
            case "CompositeObject":
                unit = resources.composites.get(element.get("ResourceID", ""))
                if unit is not None:
                    yield from _pieces(unit, resources, joined(outer, _placement(element)), depth + 1)


def _placement(element: Element) -> Matrix:
    box = Box.read(element.get("Boundary")) or Box(0, 0, 0, 0)
    return joined(moved(box.x, box.y), matrix(element.get("CTM")))


def _text_pieces(element: Element, by: Matrix) -> Iterator[_Piece]:
    scale = max(abs(by[0]) + abs(by[1]), 1e-6)
    size = max(number(element.get("Size"), 3.5), 0.01) * scale
    stretch = number(element.get("HScale"), 1.0) or 1.0
    for run in runs(element):
        vertical = len(run.text) > 1 and len(set(run.xs)) == 1 and len(set(run.ys)) > 1
        piece: _Piece | None = None
        for char, x, y in zip(run.text, run.xs, run.ys, strict=True):
            px, py = applied(by, x, y)
            end = px + (size if ord(char) > 0x2E7F else size / 2) * stretch
            # A step back, as in tables typed with one run, starts a new piece.
            on = piece is not None and abs(py - piece.y) < size * 0.3 and px >= piece.end - 2 * size
            if piece is not None and (vertical or on):
                gap = "" if vertical or px - piece.end < size * 1.2 else " "
                piece.text += gap + char
                piece.end = max(piece.end, end)
                continue
            if piece is not None:
                yield piece
            piece = _Piece(px, py, end, size, char)
        if piece is not None:
            yield piece


def _lines(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Group pieces whose base lines differ by less than half the smaller type size."""
    line: list[_Piece] = []
    for piece in sorted((found for found in pieces if found.text.strip(_BLANK)), key=lambda found: (found.y, found.x)):
        if line and piece.y - line[0].y >= 0.5 * min(piece.size, line[0].size):
            yield line
            line = []
        line.append(piece)
    if line:
        yield line


def _line_text(line: list[_Piece]) -> str:
    words: list[str] = []
    end: float | None = None
    for piece in sorted(line, key=lambda found: found.x):
        if end is not None and piece.x - end > _WORD_GAP * piece.size:
            words.append(" ")
        words.append(piece.text)
        end = piece.end if end is None else max(end, piece.end)
    return "".join(words).strip()
