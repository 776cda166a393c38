"""The filing stamp 归档章 on the first page of a rendition: 45 × 16 mm, two rows of three cells (DA/T 22-2015).

What is stored is never touched: the stamp lies on a copy that is made for the print. Pages of PDF (also those made of
office documents) keep their text; pictures and OFD are drawn. Foreign files are opened in children that may die.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from PIL import Image

from shicheng.formats.overlaying import lay_over
from shicheng.holdings import rendering
from shicheng.holdings.errors import CannotShow
from shicheng.holdings.file_views import kind_of
from shicheng.holdings.models import File, Item
from shicheng.holdings.words import retention_label
from shicheng.kernel.messages import message as _
from shicheng.printing.errors import NothingToPrint
from shicheng.printing.setting import merge, set_short
from shicheng.settings.types import Settings

WIDTH, HEIGHT = 45.0, 16.0
"""Millimetres."""
_JUDGED: Final = 240  # pixels a page is wide when it is judged where it is blank
_DRAWN: Final = 1440  # pixels a picture is wide on its page
_BLANK: Final = 225  # the darkest grey that is still taken for paper
_FREE: Final = 3.0  # millimetres between the stamp and what stands on the page
_MOST_DRAWN: Final = 300  # pages of one OFD
_PLACES: Final = ((0.5, 8.0), (1.0, 8.0), (0.0, 8.0), (0.5, 4.0), (1.0, 4.0), (0.5, 16.0), (1.0, 16.0))
_SIDE: Final = 12.0  # millimetres left free at the sides


def set_stamped(
    items: Iterable[Item], target: Path, base: Mapping[str, Any], settings: Settings, progress: Callable[[int], None]
) -> tuple[int, int]:
    """A stamped rendition of each record, one behind another; returns how many and their pages.

    Records without a file that has pages are left out; raises `NothingToPrint` if none is left.
    """
    count, parts = 0, []
    with tempfile.TemporaryDirectory(dir=settings.cache_path) as folder:
        for number, item in enumerate(items, start=1):
            main = next((one for one in item.files.all() if _has_pages(one, settings)), None)
            if main is not None:
                part = Path(folder) / f"{number}.pdf"
                try:
                    _stamp(item, main, part, base, settings)
                except CannotShow:
                    continue
                parts.append(part)
                count += 1
            progress(number)
        if not parts:
            raise NothingToPrint(
                _("None of the records has a file with pages, so there is nothing to put a stamp on."),
                hint=_("Choose records with PDF, OFD, pictures, or office documents that were turned into pages."),
            )
        return count, merge(parts, target, title=str(base["title"]))


def stamp_cells(item: Item) -> list[str]:
    """What stands in the cells: fonds, year, item number; department, retention, pages."""
    number = "" if item.number is None else f"{item.number:04d}"
    return [
        item.fonds.code, str(item.year or ""), number, item.department, retention_label(item.retention),
        "" if item.pages is None else str(item.pages),
    ]  # fmt: skip


def _stamp(item: Item, main: File, target: Path, base: Mapping[str, Any], settings: Settings) -> None:
    cells = stamp_cells(item)
    if kind_of(main) == "drawing":
        count = min(rendering.pages(main, settings), _MOST_DRAWN)
        drawn = [rendering.page_svg(main, page, settings).read_text("utf-8") for page in range(1, count + 1)]
        pages = [{"svg": one, **_size_of(one)} for one in drawn]
        target.write_bytes(set_short("stamped_pages", {**base, "pages": pages, "cells": cells, "top": 8}))
        return
    stamp = target.with_suffix(".stamp.pdf")
    stamp.write_bytes(set_short("stamp", {**base, "cells": cells}))
    place = blank_place(rendering.page_png(main, 1, _JUDGED, settings))
    if main.mime == "application/pdf" or rendering.office_pdf(main, settings) is not None:
        rendering.overlay(main, stamp, place, target, settings)
        return
    paper = target.with_suffix(".page.pdf")
    _write_page(rendering.page_png(main, 1, _DRAWN, settings), paper)
    target.write_bytes(lay_over(paper, stamp, place))


def blank_place(picture: Path) -> tuple[float, float]:
    """Where the first page has room for the stamp at its top: the share of the free width, and millimetres down.

    Where none of the usual places is blank, the one with the least on it.
    """
    with Image.open(picture) as opened:
        page = opened.convert("L")
    per_mm = page.width / (210.0 if page.width <= page.height else 297.0)
    best, least = _PLACES[0], 256.0 * page.width * page.height
    for share, top in _PLACES:
        left = (_SIDE + share * (page.width / per_mm - 2 * _SIDE - WIDTH)) * per_mm
        right, low = left + (WIDTH + _FREE) * per_mm, (top + HEIGHT + _FREE) * per_mm
        area = page.crop((int(left - _FREE * per_mm), int((top - _FREE) * per_mm), int(right), int(low)))
        dark = float(sum(number * (255 - level) for level, number in enumerate(area.histogram()) if level < _BLANK))
        if dark == 0:
            return share, top
        if dark < least:
            best, least = (share, top), dark
    return best


def _write_page(picture: Path, target: Path) -> None:
    """A picture as a page that is as wide as A4."""
    with Image.open(picture) as opened:
        page = opened.convert("RGB")
        width = 210.0 if page.width <= page.height else 297.0
        page.save(target, format="PDF", resolution=page.width / width * 25.4)


def _size_of(svg: str) -> dict[str, float]:
    """The size of a drawn page in millimetres; A4 where it does not say."""
    found = re.search(r'viewBox="[-0-9.]+ [-0-9.]+ ([0-9.]+) ([0-9.]+)"', svg[:2000])
    width, height = (float(found[1]), float(found[2])) if found else (210.0, 297.0)
    sound = 10 <= width <= 3000 and 10 <= height <= 3000
    return {"width": width, "height": height} if sound else {"width": 210.0, "height": 297.0}


def _has_pages(one: File, settings: Settings) -> bool:
    kind = kind_of(one)
    return kind in ("pages", "drawing") or (kind == "office" and rendering.office_pdf(one, settings) is not None)
