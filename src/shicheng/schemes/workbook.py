"""A unit's table as a workbook: written, read back with every fault named, and the faults as a workbook."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.retention import RetentionError
from shicheng.packages.cells import guarded, unguarded
from shicheng.packages.listing import Table
from shicheng.packages.sheets import open_sheet
from shicheng.packages.types import Limits, PackageFile
from shicheng.schemes import words
from shicheng.schemes.comparing import LABELS
from shicheng.schemes.errors import UnreadableTable
from shicheng.schemes.types import ClassDraft, RowDraft, TableDraft

ROWS_SHEET: Final = "归档范围和保管期限表"
CLASSES_SHEET: Final = "分类"
TEMPLATES_SHEET: Final = "档号"
_LIMITS: Final = Limits(list_bytes=64 << 20, total_bytes=1 << 30)
_SPLIT: Final = re.compile("[;；\n]+")
_MOST_FAULTS: Final = 5000

# The archivists' own words stand in the first row; the others are read as well.
ROW_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "key": ("序号", "编号", "条目号", "条款", "number", "no", "key"),
    "category": ("门类", "档案门类", "category"),
    "klass": ("类号", "分类号", "机构问题代码", "机构(问题)代码", "class", "class code"),
    "klass_name": ("类名", "类别名称", "机构(问题)", "机构", "问题", "类别", "部门", "class name", "department"),
    "scope": ("归档范围", "归档文件范围", "文件材料归档范围", "归档内容", "文件材料名称", "filing scope", "scope"),
    "retention": ("保管期限", "期限", "retention period", "retention"),
    "openness": ("开放标识", "开放", "openness"),
    "secrecy": ("密级", "secrecy level", "secrecy"),
    "examples": ("举例", "示例", "examples"),
    "words": ("题名词", "题名关键词", "关键词", "words of titles", "words"),
    "prefixes": ("文号字头", "发文字号", "文号前缀", "prefixes of document numbers", "prefixes"),
    "issuers": ("责任者", "发文机关", "issuers"),
    "source": ("依据标记", "来源", "source"),
    "note": ("备注", "说明", "note"),
}  # fmt: skip
CLASS_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "code": ("类号", "代码", "code"),
    "name": ("类名", "名称", "name"),
    "parent": ("上级类号", "上级", "stands below", "parent"),
    "kind": ("种类", "kind"),
}
TEMPLATE_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "category": ("门类", "category"),
    "template": ("档号形式", "档号模板", "template"),
}


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that can't be read: its sheet and row, the column's header, the reason, and the cells of the row."""

    sheet: str
    row: int
    column: str
    reason: Message
    cells: tuple[str, ...] = ()


@dataclass(slots=True)
class ReadTable:
    """What a workbook says, and every fault in it; a table with faults is not to be used."""

    table: TableDraft
    faults: list[CellFault] = field(default_factory=list)
    header: list[str] = field(default_factory=list)  # of the sheet of rows


def write_table_workbook(table: TableDraft) -> bytes:
    """Write a table as .xlsx; read back it is the same table."""
    from openpyxl import Workbook  # a tenth of a second, which no other command should wait for

    names = {one.code: one.name for one in table.classes}
    book = Workbook(write_only=True)
    sheet = _sheet(book, ROWS_SHEET, ROW_HEADERS, (8, 8, 10, 14, 60, 10, 10, 8, 30, 30, 20, 20, 10, 24))
    for row in table.rows:
        sheet.append(_guarded([
            row.key, row.category, row.klass, names.get(row.klass, ""), row.scope,
            words.retention_word(row.retention, row.retention_text), words.openness_word(row.openness),
            words.secrecy_word(row.secrecy), *("；".join(each) for each in (
                row.examples, row.words, row.prefixes, row.issuers)), row.source, row.note,
        ]))  # fmt: skip
    sheet = _sheet(book, CLASSES_SHEET, CLASS_HEADERS, (12, 30, 12, 10))
    for one in table.classes:
        sheet.append(_guarded([one.code, one.name, one.parent, words.kind_word(one.kind)]))
    sheet = _sheet(book, TEMPLATES_SHEET, TEMPLATE_HEADERS, (10, 50))
    for category, template in table.templates:
        sheet.append(_guarded([category, template]))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_faults_workbook(read: ReadTable) -> bytes:
    """Write the faults of a workbook with sheet, row, column, reason, and the row as it stands there."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    titles = [_("Sheet"), _("Row"), _("Column"), _("Reason")]
    sheet = _sheet(book, str(_("Faults"))[:31], {}, (22, 8, 18, 60))
    sheet.append(_bold(sheet, [*map(str, titles), *read.header]))
    for one in read.faults[:_MOST_FAULTS]:
        sheet.append([guarded(one.sheet), one.row, guarded(one.column), guarded(str(one.reason)),
                      *_guarded(one.cells)])  # fmt: skip
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read_table_workbook(path: Path, *, name: str) -> ReadTable:
    """Read a workbook as a table. Raises `UnreadableTable` if it is none; faults in cells are told in the answer."""
    file = PackageFile(name, name.encode("utf-8", "replace"), path.stat().st_size, lambda: path.open("rb"), local=path)
    rows = open_sheet(file, _mapper(ROW_HEADERS), limits=_LIMITS)
    if not rows.found or "scope" not in rows.names:
        reason = rows.problems[0].message if rows.problems else _("It has no column “%(name)s”.", name="归档范围")
        raise UnreadableTable(
            _("%(name)s can't be read as a filing table: %(reason)s", name=name, reason=reason),
            hint=_("Export a table here to see how one is written; its first row names the columns."),
        )
    reader = _Reader()
    drafts = reader.rows(rows)
    there = {sheet.name for sheet in rows.sheets}
    classes: list[ClassDraft] = []
    templates: list[tuple[str, str]] = []
    if CLASSES_SHEET in there:
        classes = reader.classes(open_sheet(file, _mapper(CLASS_HEADERS), limits=_LIMITS, wanted=CLASSES_SHEET))
    if TEMPLATES_SHEET in there:
        found = open_sheet(file, _mapper(TEMPLATE_HEADERS), limits=_LIMITS, wanted=TEMPLATES_SHEET)
        templates = [
            (cells["category"], cells["template"]) for _at, cells, _all in _cells(found) if cells.get("template")
        ]
    known = {one.code for one in classes}
    classes += [ClassDraft(code, name) for code, name in reader.named.items() if code not in known]
    table = TableDraft(tuple(classes), tuple(drafts), tuple(sorted(dict(templates).items())), origin=name)
    return ReadTable(table, reader.faults, rows.header)


class _Reader:
    """Reads rows and classes and gathers what can't be read."""

    def __init__(self) -> None:
        self.faults: list[CellFault] = []
        self.named: dict[str, str] = {}  # classes the rows name
        self._codes: dict[str, str] = {}

    def rows(self, table: Table) -> list[RowDraft]:
        """The rows of the sheet; numbers that are missing are given."""
        found, taken = list[RowDraft](), set[str]()
        for at, cells, everything in _cells(table):

            def fault(column: str, reason: Message, at: int = at, everything: list[str] = everything) -> None:
                self.faults.append(CellFault(table.sheet, at, _header(table, column), reason, tuple(everything)))

            key = cells.get("key", "") or str(len(found) + 1)
            if key in taken:
                fault("key", _("The number %(key)s stands in an earlier row too.", key=key))
            taken.add(key)
            retention, as_written = self._retention(cells.get("retention", ""), fault)
            found.append(RowDraft(
                key=key, scope=cells.get("scope", ""), category=cells.get("category", "").upper() or "WS",
                klass=self._klass(cells), retention=retention, retention_text=as_written,
                openness=_read(words.read_openness, cells, "openness", fault),
                secrecy=_read(words.read_secrecy, cells, "secrecy", fault),
                examples=_listed(cells, "examples"), words=_listed(cells, "words"),
                prefixes=_listed(cells, "prefixes"), issuers=_listed(cells, "issuers"),
                source=words.read_source(cells.get("source", "")), note=cells.get("note", ""),
            ))  # fmt: skip
        return found

    def classes(self, table: Table) -> list[ClassDraft]:
        """The classes of the sheet."""
        found: list[ClassDraft] = []
        for at, cells, everything in _cells(table):
            code = cells.get("code", "")

            def fault(column: str, reason: Message, at: int = at, everything: list[str] = everything) -> None:
                self.faults.append(CellFault(table.sheet, at, _header(table, column), reason, tuple(everything)))

            if not code:
                fault("code", _("The class has no code."))
            elif any(one.code == code for one in found):
                fault("code", _("The class %(code)s stands in an earlier row too.", code=code))
            kind = _read(words.read_kind, cells, "kind", fault) or "subject"
            found.append(ClassDraft(code, cells.get("name", ""), cells.get("parent", ""), kind))
        return found

    def _klass(self, cells: dict[str, str]) -> str:
        """The code of the class a row stands in; a class named without a code has its name as code."""
        name = cells.get("klass_name", "")
        code = cells.get("klass", "") or self._codes.get(name, "") or name
        if code:
            self.named.setdefault(code, name or code)
            self._codes.setdefault(name, code)
        return code

    def _retention(self, text: str, fault: Callable[[str, Message], None]) -> tuple[str, str]:
        if not text:
            return "", ""
        try:
            return words.read_retention(text)
        except RetentionError as error:
            fault("retention", error.message)
            return "", ""


def _read(
    reader: Callable[[str], str | None], cells: dict[str, str], column: str, fault: Callable[[str, Message], None]
) -> str:
    given = cells.get(column, "")
    read = reader(given)
    if read is None:
        fault(column, _("“%(value)s” is no word that is known here.", value=given[:60]))
        return ""
    return read


def _listed(cells: dict[str, str], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.strip() for each in _SPLIT.split(cells.get(column, "")) if each.strip()))


def _cells(table: Table) -> list[tuple[int, dict[str, str], list[str]]]:
    """Rows of a sheet with their number there, their values by column, and all their cells."""
    found = []
    for number, row in table.rows:
        plain = [unguarded(cell) for cell in row]
        values = {name: cell.strip() for name, cell in zip(table.names, plain, strict=False) if name is not None}
        found.append((table.above + number, values, plain))
    return found


def _header(table: Table, column: str) -> str:
    """The header of a column as it is written; its name where the sheet has no such column."""
    if column in table.names:
        return table.header[table.names.index(column)]
    return str(LABELS.get(column, column))


def _mapper(headers: dict[str, tuple[str, ...]]) -> Callable[[Sequence[str]], list[str | None]]:
    by_word = {_folded(word): name for name, listed in headers.items() for word in listed}

    def name_columns(cells: Sequence[str]) -> list[str | None]:
        names: list[str | None] = []
        for cell in cells:
            name = by_word.get(_folded(cell))
            names.append(None if name in names else name)
        return names

    return name_columns


def _folded(text: str) -> str:
    return "".join(text.lower().replace("（", "(").replace("）", ")").split())


def _sheet(book: Any, title: str, headers: dict[str, tuple[str, ...]], widths: Sequence[int]) -> Any:
    sheet = book.create_sheet(title)
    for place, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJKLMNOP"[place]].width = width
    sheet.freeze_panes = "A2"
    if headers:
        sheet.append(_bold(sheet, [listed[0] for listed in headers.values()]))
    return sheet


def _bold(sheet: Any, titles: Sequence[str]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = []
    for title in titles:
        cell = WriteOnlyCell(sheet, value=guarded(title))
        cell.font = Font(bold=True)
        cells.append(cell)
    return cells


def _guarded(cells: Sequence[str]) -> list[str | None]:
    return [guarded(cell) or None for cell in cells]
