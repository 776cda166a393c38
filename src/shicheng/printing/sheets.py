"""Forms of one page each: end-sheets, box spines and covers, labels."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import segno

from shicheng.holdings.models import Item
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.printing.batches import DEFAULT_WIDTH, Batch
from shicheng.printing.errors import BadOption
from shicheng.printing.setting import merge, set_short

WIDTHS: Final = (20, 30, 40, 50)
"""Widths of boxes in millimetres (DA/T 22-2015)."""
_AT_ONCE: Final = 200  # forms set in one run of typst


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """A sheet of labels on A4, in millimetres; `left` and `top` are the margins before the first label."""

    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap_x: float = 0
    gap_y: float = 0


# Measures that makers of label sheets have in common.
LABEL_SHEETS: Final[dict[str, LabelSheet]] = {
    "3x8": LabelSheet(3, 8, 70, 36, 0, 4.5),
    "3x7": LabelSheet(3, 7, 63.5, 38.1, 7.25, 15.15, 2.5),
    "2x7": LabelSheet(2, 7, 99.1, 38.1, 4.65, 15.15, 2.5),
    "4x10": LabelSheet(4, 10, 52.5, 29.7, 0, 0),
    "2x4": LabelSheet(2, 4, 99.1, 67.7, 4.65, 13.1, 2.5),
}


def set_end_sheets(batches: Sequence[Batch], target: Path, base: Mapping[str, Any]) -> int:
    """The end-sheet 备考表 of each batch; returns the number of pages."""
    return _set(
        "end_sheet", batches, target,
        {
            **base,
            "labels": {
                "box": str(_("End-sheet")), "about": str(_("Notes on the records")),
                "hint": str(_("missing, damaged, corrected, added, moved away, destroyed")),
                "arranged_by": str(_("Arranged by")), "arranged_on": str(_("Arranged on")),
                "checked_by": str(_("Checked by")), "checked_on": str(_("Checked on")), "fonds": str(_("Fonds")),
                "number": str(_("Box no.")), "volume": str(_("Volume no.")), "items": str(_("Items")),
                "pages": str(_("Pages")), "range": str(_("Item numbers")),
            },
        },
    )  # fmt: skip


def set_spines(batches: Sequence[Batch], target: Path, base: Mapping[str, Any], options: Mapping[str, str]) -> int:
    """The spines 盒脊 of boxes: alone on pages of their size, or on A3 with cutting marks."""
    asked = options.get("width", "")
    if asked and (not asked.isdecimal() or int(asked) not in WIDTHS):
        raise BadOption(
            _("There are no boxes %(width)s mm wide.", width=asked[:20]),
            hint=_("Choose 20, 30, 40 or 50, or none to print each box as wide as it is."),
        )
    for batch in batches:
        batch.width = int(asked) if asked else batch.width or DEFAULT_WIDTH
    sheet = "a3" if options.get("sheet") == "a3" else "exact"
    if sheet == "a3":
        batches = sorted(batches, key=lambda one: one.width)
    return _set("spine", batches, target, {**base, "sheet": sheet, "labels": _box_labels()}, at_once=60)


def set_covers(batches: Sequence[Batch], target: Path, base: Mapping[str, Any]) -> int:
    """The covers of boxes, 310 mm high and 220 mm wide."""
    return _set("box_cover", batches, target, {**base, "labels": _box_labels()})


def set_labels(
    items: Iterable[Item], target: Path, base: Mapping[str, Any], options: Mapping[str, str],
    progress: Callable[[int], None],
) -> tuple[int, int]:  # fmt: skip
    """Labels with QR code, as many sheets as they need; returns labels and pages."""
    name = options.get("labels") or "3x8"
    if name not in LABEL_SHEETS:
        raise BadOption(
            _("There is no sheet of labels named %(name)s.", name=name[:40]),
            hint=_("Use one of: %(names)s.", names=", ".join(LABEL_SHEETS)),
        )
    sheet = LABEL_SHEETS[name]
    on_sheet = sheet.columns * sheet.rows
    skip = options.get("skip") or "0"
    if not skip.isdecimal() or int(skip) >= on_sheet:
        raise BadOption(
            _("%(skip)s labels can't be skipped: the sheet has %(count)s.", skip=skip[:20], count=on_sheet),
            hint=_("Skip as many as are already used up on the first sheet."),
        )
    parts, waiting, count = [], [None] * int(skip), 0
    whole: list[dict[str, str] | None] = [*waiting]
    for item in items:
        whole.append(_label(item))
        count += 1
        if len(whole) == on_sheet * 8:
            parts.append(_set_labels(whole, sheet, base))
            whole = []
            progress(count)
    if whole and count:
        parts.append(_set_labels(whole, sheet, base))
    return count, merge(parts, target, title=str(base["title"]))


def _set_labels(labels: Sequence[dict[str, str] | None], sheet: LabelSheet, base: Mapping[str, Any]) -> bytes:
    measures = {name: getattr(sheet, name) for name in sheet.__slots__}
    return set_short("labels", {**base, "sheet": measures, "labels": list(labels)})


def _label(item: Item) -> dict[str, str]:
    drawn = io.BytesIO()
    segno.make(item.reference_code, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, border=0, omitsize=True, lineclass=None, svgclass=None
    )
    return {
        "ref": item.reference_code, "title": item.title, "fonds": item.fonds.name,
        "facts": "  ".join(filter(None, [str(item.year or ""), item.retention, item.department])),
        "qr": drawn.getvalue().decode("ascii"),
    }  # fmt: skip


def _set(form: str, batches: Sequence[Batch], target: Path, base: Mapping[str, Any], *, at_once: int = _AT_ONCE) -> int:
    parts = [
        set_short(form, {**base, "batches": [_told(one) for one in batches[first : first + at_once]]})
        for first in range(0, len(batches), at_once)
    ]
    return merge(parts, target, title=str(base["title"]))


def _told(batch: Batch) -> dict[str, Any]:
    told = {name: getattr(batch, name) for name in batch.__slots__ if name != "ids"}
    category = CATEGORIES.get(batch.category)
    told["category_name"] = f"{batch.category} {category}" if category else batch.category
    told["range"] = batch.first if batch.first == batch.last else f"{batch.first}–{batch.last}"
    return told


def _box_labels() -> dict[str, str]:
    return {
        "fonds_code": str(_("Fonds code")), "fonds_name": str(_("Name of the fonds")), "category": str(_("Category")),
        "year": str(_("Year")), "retention": str(_("Retention period")), "department": str(_("Department")),
        "range": str(_("Item numbers")), "number": str(_("Box no.")),
    }  # fmt: skip
