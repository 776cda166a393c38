"""Working out how items fill boxes 盒. No database here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shicheng.kernel.canonical import canonical_json

WIDTHS: Final = (20, 30, 40, 50)  # millimetres of the spine, DA/T 22-2015
SHEET: Final = 0.1  # millimetres of one sheet of paper
ITEM: Final = 0.3  # millimetres an item takes beside its sheets: fold, thread, cover
_SPARE: Final = 2  # millimetres a box must have left for the end-sheet and for a hand


@dataclass(frozen=True, slots=True)
class Fitted:
    """An item as boxes see it."""

    key: UUID
    code: str
    title: str
    pages: int
    klass: tuple[str, ...]  # category, year, retention, department: a box holds one class


@dataclass(frozen=True, slots=True)
class Filled:
    """A box as it would be."""

    number: int
    width: int
    klass: tuple[str, ...]
    items: tuple[Fitted, ...]
    thickness: float  # millimetres of what lies in it

    @property
    def first(self) -> str:
        """Code of the first item."""
        return self.items[0].code

    @property
    def last(self) -> str:
        """Code of the last item."""
        return self.items[-1].code

    @property
    def pages(self) -> int:
        """Pages of all its items."""
        return sum(one.pages for one in self.items)

    @property
    def percent(self) -> int:
        """How full it is."""
        return min(100, round(100 * self.thickness / (self.width - _SPARE)))


@dataclass(frozen=True, slots=True)
class BoxPlan:
    """Boxes before they are made; `mark` is the same for the same boxes."""

    boxes: tuple[Filled, ...]
    mark: str
    unknown: int = 0  # items whose number of pages nobody knows: they were taken for ten

    @property
    def items(self) -> int:
        """Number of items in them."""
        return sum(len(box.items) for box in self.boxes)


def thickness_of(pages: int, *, both_sides: bool = False) -> float:
    """Millimetres an item of so many pages takes; `both_sides` says that sheets carry two pages each."""
    sheets = -(-pages // 2) if both_sides else pages
    return ITEM + sheets * SHEET


def plan_boxes(
    items: Iterable[Fitted], *, width: int, first: int, both_sides: bool = False, unknown: int = 0
) -> BoxPlan:
    """Put items into boxes of one width in the order given; no item is divided and no box holds two classes.

    What is thicker than a box gets the narrowest one it fits, or a widest one by itself. `first` is the number of
    the first box.
    """
    boxes: list[Filled] = []
    waiting: list[Fitted] = []
    thickness = 0.0

    def close() -> None:
        nonlocal waiting, thickness
        if waiting:
            boxes.append(
                Filled(first + len(boxes), _width(width, thickness), waiting[0].klass, tuple(waiting), thickness)
            )
        waiting, thickness = [], 0.0

    for one in items:
        own = thickness_of(one.pages, both_sides=both_sides)
        if waiting and (waiting[0].klass != one.klass or thickness + own > width - _SPARE):
            close()
        waiting.append(one)
        thickness += own
    close()
    return BoxPlan(tuple(boxes), _mark(boxes), unknown)


def _width(wanted: int, thickness: float) -> int:
    return next((one for one in WIDTHS if one >= wanted and thickness <= one - _SPARE), WIDTHS[-1])


def _mark(boxes: Sequence[Filled]) -> str:
    told = [[box.number, box.width, [str(one.key) for one in box.items]] for box in boxes]
    return hashlib.sha256(canonical_json(told)).hexdigest()[:24]
