"""Laying a small page on the first page of a PDF; the file it is laid on stays as it is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import pikepdf

from shicheng.formats.errors import reasons_named

POINTS: Final = 72 / 25.4  # in a millimetre
SIDE: Final = 12.0  # millimetres left free at the sides


def lay_over(path: Path, over: Path, place: tuple[float, float]) -> bytes:
    """Return a copy of a PDF with the page of another on its first one, in the size it has.

    `place` is the share of the free width (0 left, 1 right) and the millimetres from the top edge, as the page is
    looked at: pages that are turned, cut or have a unit of their own are minded. Raises `CannotRender`.
    """
    with reasons_named(path), pikepdf.open(path) as document, pikepdf.open(over) as small:
        page, stamp = document.pages[0], small.pages[0]
        page.add_overlay(stamp, _rectangle(page, stamp, place))
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def _rectangle(page: pikepdf.Page, stamp: pikepdf.Page, place: tuple[float, float]) -> pikepdf.Rectangle:
    left, bottom, right, top = (float(side) for side in page.cropbox)
    unit = float(page.obj.get("/UserUnit", 1))
    turned = int(page.get("/Rotate", 0)) % 360
    width, height = ((float(stamp.mediabox[end]) - float(stamp.mediabox[end - 2])) / unit for end in (2, 3))
    across = top - bottom if turned in (90, 270) else right - left
    side = SIDE * POINTS / unit
    x = max(0.0, side + place[0] * (across - 2 * side - width))
    y = place[1] * POINTS / unit
    match turned:
        case 90:
            return pikepdf.Rectangle(left + y, bottom + x, left + y + height, bottom + x + width)
        case 180:
            return pikepdf.Rectangle(right - x - width, bottom + y, right - x, bottom + y + height)
        case 270:
            return pikepdf.Rectangle(right - y - height, top - x - width, right - y, top - x)
        case _:
            return pikepdf.Rectangle(left + x, top - y - height, left + x + width, top - y)
