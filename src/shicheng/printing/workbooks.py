"""Lists as workbooks, ready to be printed: heads repeated, A4, as wide as the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shicheng.packages.writing_place import plain_text
from shicheng.printing.rows import Column

_PER_MM: Final = 0.53  # characters of a column's width for each millimetre
_WIDE: Final = 46  # characters of the column that takes what is left
_SIGNS_OF_CELL: Final = 32_767
_ROWS: Final = 1_000_000
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One list."""

    name: str
    title: str
    facts: Sequence[tuple[str, str]]
    columns: Sequence[Column]
    rows: Iterator[list[str]]
    is_flipped: bool = True
    tail: dict[str, Any] | None = None


def write_workbook(target: Path, sheets: Sequence[Sheet], progress: Callable[[int], None]) -> tuple[int, int]:
    """Write lists row by row, each on a sheet of its own, every cell as text; returns rows and sheets."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    line = Side(style="thin", color="808080")
    border = Border(left=line, right=line, top=line, bottom=line)
    book = Workbook(write_only=True)
    used: set[str] = set()
    count = 0
    for one in sheets:
        page = book.create_sheet(_name(one.name, used))
        for place, column in enumerate(one.columns, start=1):
            width = column.width * _PER_MM if column.width else _WIDE
            page.column_dimensions[get_column_letter(place)].width = width
        page.page_setup.orientation = "landscape" if one.is_flipped else "portrait"
        page.page_setup.paperSize = 9  # A4
        page.sheet_properties.pageSetUpPr.fitToPage = True
        page.page_setup.fitToHeight = 0
        page.print_title_rows = "3:3"
        page.freeze_panes = "A4"
        page.oddFooter.center.text = "&P / &N"

        def cell(text: str, *, page: Any = page, bold: bool = False, size: int = 10, framed: bool = True) -> Any:
            made = WriteOnlyCell(page, value=plain_text(text)[:_SIGNS_OF_CELL])
            made.data_type = "s"
            made.font = Font(bold=bold, size=size)
            made.alignment = Alignment(vertical="center", wrap_text=framed)
            if framed:
                made.border = border
            return made

        page.append([cell(one.title, bold=True, size=16, framed=False)])
        page.append([cell("　".join(f"{label}：{value}" for label, value in one.facts), framed=False)])
        page.append([cell(str(column.label), bold=True) for column in one.columns])
        for number, row in enumerate(one.rows, start=1):
            if number > _ROWS:
                break
            page.append([cell(text) for text in row])
            count += 1
            if number % 500 == 0:
                progress(count)
        if one.tail is not None:
            page.append([])
            page.append([cell(one.tail["words"], framed=False)])
            for side in one.tail["sides"]:
                page.append([cell("　　　　　　".join([side["name"], *side["lines"]]), framed=False)])
    book.save(target)
    return count, len(used)


def _name(wanted: str, used: set[str]) -> str:
    """A name for a sheet that Excel takes and that no other has."""
    base = plain_text(wanted).translate(_NOT_IN_NAMES).strip()[:28] or "1"
    name, number = base, 2
    while name.casefold() in used:
        name, number = f"{base[:26]} {number}", number + 1
    used.add(name.casefold())
    return name
