"""A list of motions as a workbook: every row read and judged before any is written, and faults told by row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from shicheng.base.db import atomic
from shicheng.holdings.entity_rules import BadEntity
from shicheng.holdings.models import Entity
from shicheng.holdings.motions import Answer, Motion, answer_motion, require_answer, require_motion, write_motion
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.cells import unguarded
from shicheng.packages.sheets import open_sheet
from shicheng.packages.types import Limits, PackageFile
from shicheng.people.types import Actor

_LIMITS: Final = Limits(list_bytes=64 << 20, total_bytes=1 << 30)
MOST_ROWS: Final = 5000
_SPLIT: Final = re.compile(r"[、,，;；\n]+")
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "number": ("编号", "建议号", "议案号", "议案建议号", "number"),
    "title": ("标题", "题名", "案由", "内容", "title"),
    "type": ("类别", "类型", "type"),
    "term": ("届", "届次", "term"),
    "session": ("次", "会议", "会次", "session"),
    "topic": ("议题", "topic"),
    "deputies": ("代表", "提出人", "领衔代表", "deputies"),
    "handling_units": ("承办单位", "办理单位", "主办单位", "handling units"),
    "received": ("收到日期", "提出日期", "received"),
    "handed_over": ("交办日期", "handed over"),
    "due": ("办理期限", "答复期限", "answer due", "due"),
    "answered": ("答复日期", "answered"),
    "answer_number": ("答复文号", "答复号", "answer number"),
    "result": ("办理结果", "result"),
    "satisfaction": ("满意度", "代表满意度", "satisfaction"),
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that can't be taken, and why."""

    row: int
    reason: Message


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a list: motions written, or the faults that kept all of it out."""

    motions: int
    answers: int
    faults: tuple[RowFault, ...] = ()


def import_motions(*, actor: Actor, fonds: str, path: Path, name: str) -> Taken:
    """Write the motions of a workbook down, all or none; sent again it changes what differs. Raises `BadEntity`.

    A row with an answer must name one handling unit, which has given it.
    """
    rows = _read(path, name)
    faults = [RowFault(number, fault) for number, cells in rows if (fault := _fault(cells)) is not None]
    if faults:
        return Taken(0, 0, tuple(faults))
    written: dict[str, Entity] = {}
    answers, row = 0, 0
    try:
        with atomic():
            for at, motion in _merged(rows).values():
                row = at
                written[_key(motion)] = write_motion(actor=actor, fonds=fonds, motion=motion)
            for at, cells in rows:
                row = at
                answer = _answer(cells)
                if answer is not None:
                    answer_motion(actor=actor, motion=written[_key(_motion(cells))], answer=answer)
                    answers += 1
    except BadEntity as error:
        return Taken(0, 0, (RowFault(row, error.message),))
    return Taken(len(written), answers)


def _merged(rows: list[tuple[int, dict[str, str]]]) -> dict[str, tuple[int, Motion]]:
    """One motion for all its rows, with the deputies and handling units of each."""
    found: dict[str, tuple[int, Motion]] = {}
    for at, cells in rows:
        motion = _motion(cells)
        before = found.get(_key(motion))
        if before is not None:
            deputies = tuple(dict.fromkeys((*before[1].deputies, *motion.deputies)))
            units = tuple(dict.fromkeys((*before[1].handling_units, *motion.handling_units)))
            motion = replace(before[1], deputies=deputies, handling_units=units)
        found[_key(motion)] = (at, motion)
    return found


def _key(motion: Motion) -> str:
    return "\n".join((motion.type, motion.term, motion.session, motion.number))


def _read(path: Path, name: str) -> list[tuple[int, dict[str, str]]]:
    file = PackageFile(name, name.encode("utf-8", "replace"), path.stat().st_size, lambda: path.open("rb"), local=path)
    table = open_sheet(file, _name_columns, limits=_LIMITS)
    if not table.found or not {"number", "title"} <= set(table.names):
        reason = table.problems[0].message if table.problems else _("it has no columns 编号 and 标题.")
        raise BadEntity(
            _("%(name)s can't be read as a list of motions: %(reason)s", name=name, reason=reason),
            hint=_("Its first row names the columns, such as 编号, 标题, 类别, 届, 次, 代表, 承办单位."),
        )
    rows = []
    for number, row in table.rows:
        values = {
            column: " ".join(unguarded(cell).split())
            for column, cell in zip(table.names, row, strict=False)
            if column is not None
        }
        rows.append((table.above + number, values))
    if len(rows) > MOST_ROWS:
        raise BadEntity(
            _("%(name)s has more than %(most)s rows.", name=name, most=MOST_ROWS), hint=_("Divide it by sessions.")
        )
    return rows


def _fault(cells: dict[str, str]) -> Message | None:
    try:
        if not cells.get("number") or not cells.get("title"):
            return _("The motion has no number or no title.")
        motion, answer = _motion(cells), _answer(cells)
        require_motion(motion)
        if answer is not None:
            if len(motion.handling_units) != 1:
                return _("The row has an answer and names %(count)s handling units: give each answer a row of its own.",
                         count=len(motion.handling_units))  # fmt: skip
            require_answer(answer)
    except ShichengError as error:
        return error.message
    return None


def _motion(cells: dict[str, str]) -> Motion:
    plain = {
        name: cells.get(name, "")
        for name in ("number", "title", "term", "session", "topic", "received", "handed_over", "due")
    }
    return Motion(
        **plain, type=cells.get("type") or "建议", deputies=_names(cells, "deputies"),
        handling_units=_names(cells, "handling_units"),
    )  # fmt: skip


def _answer(cells: dict[str, str]) -> Answer | None:
    given = {name: cells.get(name, "") for name in ("answered", "answer_number", "result", "satisfaction")}
    if not any(given.values()):
        return None
    units = _names(cells, "handling_units")
    return Answer(
        units[0] if units else "", day=given["answered"], number=given["answer_number"], result=given["result"],
        satisfaction=given["satisfaction"],
    )  # fmt: skip


def _names(cells: dict[str, str], column: str) -> tuple[str, ...]:
    found = (" ".join(each.split()) for each in _SPLIT.split(cells.get(column, "")))
    return tuple(dict.fromkeys(each for each in found if each))


def _name_columns(cells: Sequence[str]) -> list[str | None]:
    by_word = {_folded(word): name for name, listed in HEADERS.items() for word in listed}
    names: list[str | None] = []
    for cell in cells:
        name = by_word.get(_folded(cell))
        names.append(None if name in names else name)
    return names


def _folded(text: str) -> str:
    return "".join(text.lower().split())
