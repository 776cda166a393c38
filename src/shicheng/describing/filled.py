"""Workbooks that are taken out, filled in and sent back: the grid for those who work in a spreadsheet.

The first columns name the record and the version it had; a row whose record got another version since is left out
and told, as in the grid. An empty cell changes nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.describing import policies
from shicheng.describing.changing import Refused, changeable, changeable_names, make_line
from shicheng.describing.errors import BadRows
from shicheng.describing.grid_view import USUAL, read_cells
from shicheng.describing.lines import Line, Part, may_not_edit, read_items
from shicheng.describing.models import ChangeSet
from shicheng.describing.papers import folder_of
from shicheng.describing.services import promise_sheet
from shicheng.describing.states import UNFINISHED
from shicheng.holdings import policies as holdings
from shicheng.holdings.judging import element_named
from shicheng.holdings.models import Item
from shicheng.holdings.ports import steady_judge
from shicheng.holdings.types import Fault
from shicheng.holdings.words import ElementName
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.schemes.fields import ADDED
from shicheng.settings import Settings

KEY: Final = "记录标识 id"
VERSION: Final = "版本 version"
CODE: Final = "档号 reference code"
LARGEST: Final = 64 << 20  # bytes of a workbook
_PART: Final = 500
_FILE: Final = "workbook.xlsx"


def write_workbook(*, actor: Actor, ids: Sequence[UUID], names: Iterable[str], target: Any) -> None:
    """Write the records as a workbook to be filled in: what names them, then the elements asked for."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    known = changeable()
    chosen = [name for name in names if name in known] or list(USUAL)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("著录")
    sheet.freeze_panes = "D2"
    sheet.append([KEY, VERSION, CODE, *(str(ElementName(name)) for name in chosen)])
    for start in range(0, len(ids), _PART):
        for row in read_cells(actor, ids[start : start + _PART], chosen):
            cells = []
            for text in (row["id"], str(row["version"]), row["ref"], *row["cells"]):
                cell = WriteOnlyCell(sheet, value=_writable(text))
                cell.data_type = "s"  # a text that begins as a formula stays a text
                cell.number_format = "@"
                cells.append(cell)
            sheet.append(cells)
    book.save(target)


def receive_workbook(*, actor: Actor, path: Path, name: str, reason: str, settings: Settings) -> ChangeSet:
    """Take a filled workbook, promise what it changes and enqueue the job; one sent twice meanwhile is one.

    Raises `BadRows`, `BadOperation`, `NotPermitted`.
    """
    size = path.stat().st_size
    if not size or size > LARGEST:
        raise BadRows(
            _("A workbook has at most %(most)s bytes, and not none.", most=LARGEST), hint=_("Divide it and send parts.")
        )
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            raise BadRows(_("%(name)s is no workbook (xlsx).", name=name), hint=_("Save it as xlsx and send it again."))
        stream.seek(0)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    sent = policies.visible(actor).filter(kind="sheet", state__in=UNFINISHED, act__digest=digest).first()
    if sent is not None:
        return sent
    key = new_id()
    folder = folder_of(settings, key).with_suffix(".sheet")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{_FILE}.part"
    shutil.copyfile(path, part)
    part.replace(folder / _FILE)
    return promise_sheet(actor=actor, key=key, name=name[:200], digest=digest, reason=reason)


def filled_of(actor: Actor, changes: ChangeSet, settings: Settings) -> Iterator[Part]:
    """The lines a filled workbook makes, part by part."""
    path = folder_of(settings, changes.pk).with_suffix(".sheet") / _FILE
    rows = _read(path, str(changes.act["name"]))
    columns = _columns(next(rows, []), str(changes.act["name"]))
    row, total = 1, 0
    while part := list(islice(rows, _PART)):
        total += len(part)
        lines, refused = _lines(actor, [(row + place, one) for place, one in enumerate(part, 1)], columns)
        row += len(part)
        yield len(part), total, lines, refused


def forget_workbook(settings: Settings, change_id: UUID) -> None:
    """Take the workbook away once its lines are in the store."""
    shutil.rmtree(folder_of(settings, change_id).with_suffix(".sheet"), ignore_errors=True)


def _read(path: Path, name: str) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for cells in sheet.iter_rows(values_only=True, max_col=200):
            yield [_text(cell) for cell in cells]
    except Exception as error:  # whatever a broken workbook makes of the reader
        raise BadRows(
            _("The workbook %(name)s can't be read.", name=name), hint=_("Open it, save it as xlsx, and send it again.")
        ) from error


def _columns(header: Sequence[str], name: str) -> dict[str, int]:
    places: dict[str, int] = {}
    names = changeable()
    by_label = {label: name for name, label in names.items()} | {KEY: KEY, VERSION: VERSION, CODE: CODE}
    for place, text in enumerate(header):
        known = by_label.get(text.strip()) or element_named(text) or f"{ADDED}{text.strip()}"
        if known == "reference_code":
            known = CODE
        if known in (KEY, VERSION, CODE) or known in names:
            places.setdefault(known, place)
    if (KEY not in places and CODE not in places) or not any(one in names for one in places):
        raise BadRows(
            _("The workbook %(name)s has no column that names the records, or none to be changed.", name=name),
            hint=_("Take a workbook out here, fill in its columns, and leave its first row as it is."),
        )
    return places


def _lines(
    actor: Actor, rows: Sequence[tuple[int, list[str]]], columns: dict[str, int]
) -> tuple[list[Line], list[Refused]]:
    found = _find(actor, rows, columns)
    lines: list[Line] = []
    refused: list[Refused] = []
    seen: set[UUID] = set()
    with steady_judge():
        for row, cells in rows:
            if not any(cells):
                continue
            item = found.get(row)
            made = _line(actor, row, cells, columns, item, seen)
            if isinstance(made, Refused):
                refused.append(made)
            elif made is not None and item is not None:
                lines.append((made, item.reference_code))
    return lines, refused


def _line(actor: Actor, row: int, cells: list[str], columns: dict[str, int], item: Item | None, seen: set[UUID]) -> Any:
    told = _at(cells, columns.get(CODE)) or _at(cells, columns.get(KEY))
    if item is None:
        return Refused(row, UUID(int=0), told, (Fault(
            "", _("Row %(row)s names no record here that is open to you.", row=row), _("Take a new workbook out."),
        ),))  # fmt: skip
    if item.pk in seen:
        return Refused(row, item.pk, item.reference_code, (Fault(
            "", _("Row %(row)s names a record that stands in an earlier row.", row=row), _("Keep one of the two."),
        ),))  # fmt: skip
    seen.add(item.pk)
    version = _at(cells, columns.get(VERSION))
    if version and version != str(item.version):
        return Refused(row, item.pk, item.reference_code, (Fault(
            "", _("The record was changed since the workbook was taken out; nothing was overwritten."),
            _("Take a new workbook out, or edit the record."),
        ),))  # fmt: skip
    known = changeable_names(item.category)
    wanted = {name: cells[place] for name, place in columns.items() if name in known and _at(cells, place)}
    return may_not_edit(actor, item, row) or make_line(item, wanted, row)


def _find(actor: Actor, rows: Sequence[tuple[int, list[str]]], columns: dict[str, int]) -> dict[int, Item]:
    """The records rows name by id, or else by code, as far as the actor may see them."""
    by_id: dict[int, UUID] = {}
    by_code: dict[int, str] = {}
    for row, cells in rows:
        try:
            by_id[row] = UUID(_at(cells, columns.get(KEY)))
        except ValueError:
            by_code[row] = _at(cells, columns.get(CODE))
    found = {item.pk: item for item in read_items(actor, list(by_id.values()))}
    items = {row: found[one] for row, one in by_id.items() if one in found}
    if by_code:
        named = holdings.visible(actor).filter(reference_code__in=list(by_code.values())).select_related("fonds")
        coded = {item.reference_code: item for item in named}
        items |= {row: coded[code] for row, code in by_code.items() if code in coded}
    return items


def _at(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""


def _text(cell: Any) -> str:
    """A cell as a description has it: spreadsheets make numbers and moments of what was written as text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _writable(text: str) -> str:
    """A text a workbook can hold."""
    plain = (sign for sign in text if sign in "\n\t" or (ord(sign) >= 32 and not "\ud800" <= sign <= "\udfff"))
    return "".join(plain)[:32_000]
