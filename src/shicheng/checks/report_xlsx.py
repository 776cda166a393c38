"""The report as a workbook: findings, checks, and the batch they belong to."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from shicheng.checks.presentation import LEVEL_NAMES, PROPERTY_NAMES, Presentation, Signed, present
from shicheng.checks.types import Report
from shicheng.kernel.messages import message as _

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD = PatternFill("solid", fgColor="F1EBE0")
_CELL_LENGTH = 32_000  # what Excel takes in one cell, with room for escapes


def write_xlsx(report: Report, signed: Mapping[str, Signed] | None = None) -> bytes:
    """Write the report as .xlsx in the current language."""
    shown = present(report, signed)
    book = Workbook(write_only=True)
    _findings(book, shown)
    _checks(book, shown)
    _batch(book, shown)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _findings(book: Workbook, shown: Presentation) -> None:
    sheet = _sheet(book, _("Findings"), (8, 10, 10, 30, 60, 24, 24, 50, 40, 40))
    _head(sheet, [_("Level"), _("Property"), _("Check"), _("Reference code"), _("Finding"), _("Expected"), _("Found"),
                  _("Next step"), _("File"), _("Also seen")])  # fmt: skip
    for finding in shown.report.findings:
        _row(sheet, [
            LEVEL_NAMES[finding.level], PROPERTY_NAMES[finding.property], finding.check, finding.ref or "—",
            finding.message, finding.expected or "", finding.found or "", finding.advice or "", finding.path or "",
            "; ".join(str(one) for one in finding.also),
        ])  # fmt: skip


def _checks(book: Workbook, shown: Presentation) -> None:
    sheet = _sheet(book, _("Checks"), (10, 12, 46, 14, 12, 10, 60, 24, 20))
    _head(sheet, [_("Check"), _("Property"), _("Name"), _("Result"), _("Looked at"), _("Seconds"), _("Reason"),
                  _("Signed by"), _("Signed at")])  # fmt: skip
    for line in shown.checks:
        check, signed = line.result, line.signed
        _row(sheet, [
            check.check, PROPERTY_NAMES[check.property], check.title, line.outcome, check.looked_at,
            round(check.seconds, 3), (signed.remark if signed else "") or check.reason or "",
            signed.by if signed else "", signed.at if signed else "",
        ])  # fmt: skip


def _batch(book: Workbook, shown: Presentation) -> None:
    report = shown.report
    sheet = _sheet(book, _("Batch"), (24, 60))
    for label, value in (
        (_("Batch"), report.name), (_("Agency"), report.agency), (_("Fonds"), report.fonds_code),
        (_("Category"), report.category), (_("Stage"), shown.stage), (_("Verdict"), shown.verdict),
        (_("Items"), report.items), (_("Files"), report.files), (_("Bytes"), report.bytes),
        (_("Checked at"), shown.checked_at), (_("Seconds"), round(report.seconds, 1)), (_("Software"), report.software),
    ):  # fmt: skip
        _row(sheet, [label, value])


def _sheet(book: Workbook, title: object, widths: Iterable[int]) -> Any:
    sheet = book.create_sheet(str(title)[:31])
    for number, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJKL"[number]].width = width
    sheet.freeze_panes = "A2"
    return sheet


def _head(sheet: Any, titles: Iterable[object]) -> None:
    cells = []
    for title in titles:
        cell = WriteOnlyCell(sheet, value=str(title))
        cell.font, cell.fill = Font(bold=True), _HEAD
        cells.append(cell)
    sheet.append(cells)


def _row(sheet: Any, values: Iterable[object]) -> None:
    cells = []
    for value in values:
        plain = value if isinstance(value, int | float) else _text(str(value))
        cell = WriteOnlyCell(sheet, value=plain)
        if isinstance(plain, str):
            cell.data_type = "s"  # never a formula: texts come from strangers
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        cells.append(cell)
    sheet.append(cells)


def _text(text: str) -> str:
    return _ILLEGAL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)[:_CELL_LENGTH]
