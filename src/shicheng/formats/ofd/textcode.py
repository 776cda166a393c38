"""Where each character of a text object stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shicheng.formats.ofd import xml
from shicheng.formats.ofd.geometry import deltas, number, numbers
from shicheng.formats.ofd.xml import Element


@dataclass(frozen=True, slots=True)
class Glyphs:
    """Glyph numbers that stand for `codes` characters from `start` on (CGTransform)."""

    start: int
    codes: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One TextCode: characters and the origin of each, in the space of the object, millimetres.

    `free` means that no steps were given: the font's own advances count from the first origin on.
    """

    text: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    glyphs: tuple[Glyphs, ...]
    free: bool


def runs(element: Element) -> Iterator[Run]:
    """Yield the runs of a text object; a TextCode without X or Y goes on where the one before stood."""
    x = y = 0.0
    size = number(element.get("Size"), 3.5)
    glyphs: list[Glyphs] = []
    for part in xml.children(element, "CGTransform", "TextCode"):
        if xml.local(part) == "CGTransform":
            found = tuple(int(value) for value in numbers(xml.text(part, "Glyphs")) if 0 <= value < 65536)
            position = int(number(part.get("CodePosition")))
            glyphs.append(Glyphs(position, max(1, int(number(part.get("CodeCount"), 1))), found))
            continue
        text = part.text or ""
        if "\n" in text and not text.strip():
            continue
        x = number(part.get("X"), x)
        y = number(part.get("Y"), y)
        gaps = max(len(text) - 1, 0)
        across = deltas(part.get("DeltaX"), gaps)
        down = deltas(part.get("DeltaY"), gaps)
        free = gaps > 0 and not across and not down
        if free:
            across = [size if ord(char) > 0x2E7F else size / 2 for char in text[:-1]]
        yield Run(text, _positions(x, across, gaps), _positions(y, down, gaps), tuple(glyphs), free)
        glyphs = []


def _positions(start: float, steps: list[float], gaps: int) -> tuple[float, ...]:
    positions = [start]
    for index in range(gaps):
        positions.append(positions[-1] + (steps[index] if index < len(steps) else 0.0))
    return tuple(positions)
