"""Lists of this room as csv and xlsx: what is missing, the reminder to a unit, plans; and reading a plan back."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import BYTES_PER_GB
from shicheng.packages.cells import guarded, unguarded
from shicheng.packages.sheets import open_sheet
from shicheng.packages.types import Limits, PackageFile
from shicheng.people.types import Actor
from shicheng.planning import selectors
from shicheng.planning.errors import BadPlan
from shicheng.planning.figures import share
from shicheng.planning.models import Finding, Plan, PlanLine
from shicheng.planning.reminding import Reminder
from shicheng.planning.types import EXPLANATIONS, KINDS, STATES, Draft, LineFault
from shicheng.schemes.models import Unit
from shicheng.schemes.words import retention_word

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
_LIMITS: Final = Limits(list_bytes=64 << 20, total_bytes=1 << 30)
_MOST: Final = 100_000
_WIDTHS: Final = (14, 30, 10, 14, 46, 60, 10, 12, 12, 24)
_HEADINGS: Final = (
    _("Unit code"), _("Unit"), _("Filing year"), _("Kind"), _("What is missing"), _("Why it is expected"),
    _("Missing"), _("Due"), _("State"), _("Explained"),
)  # fmt: skip
# The archivists' own words stand in the first row; the others are read as well.
PLAN_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "unit": ("单位代码", "归档单位代码", "unit", "unit code"),
    "name": ("单位名称", "归档单位", "name"),
    "category": ("门类", "档案门类", "category"),
    "retention": ("保管期限", "期限", "retention", "retention period"),
    "quarter": ("季度", "计划季度", "quarter"),
    "items": ("件", "计划件数", "件数", "items"),
    "volumes": ("卷", "计划卷数", "卷数", "volumes"),
    "gb": ("GB", "计划GB", "容量(GB)", "数据量(GB)", "gigabytes"),
    "basis": ("依据", "basis"),
    "note": ("备注", "note"),
    "came_items": ("实收件数", "came items"),
    "came_volumes": ("实收卷数", "came volumes"),
    "came_gb": ("实收GB", "came gb"),
    "share": ("完成率(%)", "percent done"),
}


def finding_rows(found: Iterable[Finding]) -> Iterator[list[str]]:
    """Findings as rows of a list."""
    for one in found:
        explained = f"{EXPLANATIONS.get(one.explained_as, '')} {one.explanation} {one.explained_by}".strip()
        yield [
            one.unit.code, one.unit.name, str(one.year), str(KINDS.get(one.kind, one.kind)), str(one.said),
            str(one.why), str(one.missing), one.due.isoformat(), str(STATES[one.state]), explained,
        ]  # fmt: skip


def write_findings(actor: Actor, given: Mapping[str, str], *, order: str = "due", form: str = "csv") -> bytes:
    """What a list shows the actor, as csv or xlsx."""
    rows = finding_rows(selectors.findings(actor, given, order=order)[:_MOST].iterator(chunk_size=2000))
    headings = [str(one) for one in _HEADINGS]
    return write_csv(headings, rows) if form == "csv" else _book(str(_("Missing")), headings, rows, _WIDTHS)


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as csv in UTF-8 with a mark, as spreadsheet programs want it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def write_notice(actor: Actor, unit: Unit, reminders: Sequence[Reminder]) -> bytes:
    """The reminder 催归通知 to a unit as a workbook: what is overdue, and whom to answer."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "催归通知"
    sheet.append([guarded(str(_("Reminder to file: %(unit)s", unit=f"{unit.code} {unit.name}")))])
    for one in reminders:
        said = _("Of %(year)s %(missing)s records are missing, due by %(due)s, %(days)s days late.", year=one.year,
                 missing=one.missing, due=one.due.isoformat(), days=one.days_late)  # fmt: skip
        sheet.append([guarded(str(said))])
    if reminders:
        sheet.append([guarded(f"{_('Who answers')}: {'、'.join(reminders[0].answers.names) or '–'}")])
        sheet.append([guarded(f"{_('At the unit')}: {'；'.join(reminders[0].contacts) or '–'}")])
    sheet.append([])
    headings = [_("Filing year"), _("Kind"), _("What is missing"), _("Why it is expected"), _("Due"), _("Answer")]
    sheet.append([str(one) for one in headings])
    _embolden(sheet, (1, sheet.max_row))
    for found in selectors.findings(actor, {"unit": unit.code, "late": "0"}).iterator(chunk_size=2000):
        kind = str(KINDS.get(found.kind, found.kind))
        sheet.append(
            [found.year, guarded(kind), guarded(str(found.said)), guarded(str(found.why)), found.due.isoformat(), ""]
        )
    sheet.append([])
    sheet.append(
        [guarded(str(_("Answer each line: filed, void, not for filing, or kept elsewhere, with the reason.")))]
    )
    sheet.append([guarded(f"{_('Signature and seal of the unit')}: ____________  {_('Date')}: ____________")])
    for place, width in enumerate((10, 16, 44, 60, 12, 30)):
        sheet.column_dimensions["ABCDEF"[place]].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]  # openpyxl always makes one
    sheet.page_setup.fitToHeight = 0
    return _saved(book)


def write_plan(plan: Plan, lines: Sequence[PlanLine]) -> bytes:
    """A plan as a workbook with what came; read back its lines are the same, sizes to a kilobyte."""
    rows = (
        [
            one.unit.code, one.unit.name, one.category, retention_word(one.retention), one.quarter, one.items,
            one.volumes, _gb(one.bytes), str(Message.from_json(one.basis)) if one.basis else "", one.note,
            one.came_items, one.came_volumes, _gb(one.came_bytes),
            share((one.items, one.volumes, one.bytes), (one.came_items, one.came_volumes, one.came_bytes)),
        ]
        for one in lines
    )  # fmt: skip
    headings = [words[0] for words in PLAN_HEADERS.values()]
    return _book(f"{plan.year}年接收计划", headings, rows, (14, 34, 8, 10, 8, 10, 10, 12, 50, 30, 10, 10, 12, 12))


@dataclass(slots=True)
class ReadPlan:
    """What a workbook says; one with faults is not to be used."""

    drafts: list[Draft] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)  # of the sheet, for each draft
    faults: list[LineFault] = field(default_factory=list)  # `line` is the row of the sheet


def read_plan(path: Path, *, name: str) -> ReadPlan:
    """Read the lines of a plan. Raises `BadPlan` for a workbook that is none; faults in cells are in the answer."""
    file = PackageFile(name, name.encode("utf-8", "replace"), path.stat().st_size, lambda: path.open("rb"), local=path)
    table = open_sheet(file, _mapper(), limits=_LIMITS)
    if not table.found or "unit" not in table.names:
        reason = table.problems[0].message if table.problems else _("It has no column “%(name)s”.", name="单位代码")
        raise BadPlan(
            _("%(name)s can't be read as a plan of accessions: %(reason)s", name=name, reason=reason),
            hint=_("Export a plan to see how one is written; its first row names the columns."),
        )
    read = ReadPlan()
    for number, cells in table.rows:
        at = table.above + number
        plain = {key: unguarded(cell).strip() for key, cell in zip(table.names, cells, strict=False) if key}

        def whole(column: str, at: int = at, plain: dict[str, str] = plain) -> int:
            return _whole(read, at, column, plain.get(column, ""))

        size = _bytes(read, at, plain.get("gb", ""))
        basis = _("%(text)s", text=plain["basis"][:1000]).to_json() if plain.get("basis") else {}
        read.rows.append(at)
        read.drafts.append(Draft(
            plain.get("unit", ""), plain.get("category", ""), plain.get("retention", ""),
            whole("quarter") if plain.get("quarter") else 2, whole("items"), whole("volumes"), size, basis,
            plain.get("note", ""),
        ))  # fmt: skip
    return read


def read_gigabytes(text: str) -> int:
    """Bytes of a number of GB; raises `ValueError`."""
    try:
        value = Decimal(text.replace(",", "")) if text.strip() else Decimal(0)
    except InvalidOperation:
        raise ValueError(text) from None
    if not value.is_finite() or not 0 <= value <= 10**9:
        raise ValueError(text)
    return int((value * BYTES_PER_GB).to_integral_value())


def _bytes(read: ReadPlan, at: int, text: str) -> int:
    try:
        return read_gigabytes(text)
    except ValueError:
        read.faults.append(LineFault(at, "gb", _("“%(value)s” is no number of GB.", value=text[:40])))
        return 0


def _whole(read: ReadPlan, at: int, column: str, text: str) -> int:
    plain = re.sub(r"[,，\s]|\.0+$", "", text).removeprefix("Q").removeprefix("第").removesuffix("季度")
    if not plain:
        return 0
    if not plain.isascii() or not plain.isdecimal() or len(plain) > 12:
        read.faults.append(LineFault(at, column, _("“%(value)s” is no whole number.", value=text[:40])))
        return 0
    return int(plain)


def _gb(size: int) -> float:
    return round(size / BYTES_PER_GB, 6)


def _mapper() -> Callable[[Sequence[str]], list[str | None]]:
    by_word = {_folded(word): name for name, listed in PLAN_HEADERS.items() for word in listed}

    def name_columns(cells: Sequence[str]) -> list[str | None]:
        names: list[str | None] = []
        for cell in cells:
            name = by_word.get(_folded(cell))
            names.append(None if name in names else name)
        return names

    return name_columns


def _folded(text: str) -> str:
    return "".join(text.lower().replace("（", "(").replace("）", ")").split())


def _book(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[int]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31])
    for place, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJKLMNOP"[place]].width = width
    sheet.freeze_panes = "A2"
    bold = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, value=guarded(heading))
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in rows:
        sheet.append([guarded(cell) or None if isinstance(cell, str) else cell for cell in row])
    return _saved(book)


def _embolden(sheet: Any, rows: Iterable[int]) -> None:
    from openpyxl.styles import Font

    for row in rows:
        for cell in sheet[row]:
            cell.font = Font(bold=True, size=14 if row == 1 else 11)


def _saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
