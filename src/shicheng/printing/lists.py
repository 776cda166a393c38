"""Lists of records: of filed items, of what is in a volume, of what is handed over; as paper and as workbooks."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from shicheng.holdings.models import Item
from shicheng.holdings.words import retention_label
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.printing.batches import Batch, batches_of, common, items_of
from shicheng.printing.rows import CONTENTS, ITEM_LIST, TRANSFER_LIST, Column, printed_row, row_of
from shicheng.printing.setting import merge, set_list, set_short
from shicheng.printing.workbooks import Sheet, write_workbook
from shicheng.search.choosing import Chosen

Progress = Callable[[int], None]


@dataclass(slots=True)
class Listed:
    """One list: its head, its columns and where its rows come from."""

    title: str
    columns: Sequence[Column]
    rows: Callable[[], Iterator[list[str]]]
    facts: list[tuple[str, str]] = field(default_factory=list)
    is_flipped: bool = True
    has_cover: bool = False
    tail: dict[str, Any] | None = None
    name: str = ""  # of the sheet in a workbook


def item_lists(actor: Actor, chosen: Chosen, title: str, options: Mapping[str, str]) -> list[Listed]:
    """The list of filed items, one or one for each year, retention period and department."""
    cover = options.get("cover", "yes") != "no"
    if options.get("split") == "yes":
        return [
            Listed(
                title, ITEM_LIST, _batch_rows(actor, batch, ITEM_LIST), _facts_of(batch), has_cover=cover,
                name=" ".join(filter(None, [batch.fonds_code, batch.year, batch.retention, batch.department])),
            )
            for batch in batches_of(actor, boxes=(), volumes=(), chosen=chosen)
        ]  # fmt: skip
    return [Listed(title, ITEM_LIST, _rows(chosen, ITEM_LIST), _facts(chosen), has_cover=cover)]


def content_lists(actor: Actor, batches: Sequence[Batch], chosen: Chosen | None, title: str) -> list[Listed]:
    """The list of the items in each volume, or of a selection as if it were one."""
    if chosen is not None:
        return [Listed(title, CONTENTS, _rows(chosen, CONTENTS), is_flipped=False)]
    return [
        Listed(
            title, CONTENTS, _batch_rows(actor, one, CONTENTS), is_flipped=False, name=one.number,
            facts=[(str(_("Volume no.")), one.number), (str(_("Title of the record")), one.title)],
        )
        for one in batches
    ]  # fmt: skip


def batch_lists(actor: Actor, batches: Sequence[Batch], kind: str, title: str) -> list[Listed]:
    """The list of filed items, or of what is handed over, of each box or volume."""
    columns = ITEM_LIST if kind == "item-list" else TRANSFER_LIST
    return [
        Listed(
            title, columns, _batch_rows(actor, one, columns), name=one.number,
            facts=[*_facts_of(one), *([(str(_("Volume no.") if one.is_volume else _("Box no.")), one.number)])],
        )
        for one in batches
    ]  # fmt: skip


def transfer_list(chosen: Chosen, title: str) -> Listed:
    """What is handed over, with its counts and room for both sides to sign."""
    items = pages = files = 0
    for part in chosen.parts():
        items += len(part)
        pages += sum(one.pages or 0 for one in part)
        files += sum(one.files_count for one in part)
    lines = [str(_("Signature")) + "：", str(_("Day")) + "：", str(_("Seal")) + "："]
    tail = {
        "words": str(_("Handed over: %(items)d items, %(pages)d pages, %(files)d files.",
                       items=items, pages=pages, files=files)),
        "sides": [{"name": str(name), "lines": lines} for name in (_("Handed over by"), _("Taken over by"))],
    }  # fmt: skip
    return Listed(title, TRANSFER_LIST, _rows(chosen, TRANSFER_LIST), _facts(chosen), tail=tail)


def write_lists(
    lists: Sequence[Listed], form: str, target: Path, base: Mapping[str, Any], progress: Progress
) -> tuple[int, int]:
    """Write lists as one PDF or one workbook; returns rows and pages (sheets)."""
    if form == "xlsx":
        sheets = [
            Sheet(one.name or one.title, one.title, one.facts, one.columns, one.rows(), one.is_flipped, one.tail)
            for one in lists
        ]
        return write_workbook(target, sheets, progress)
    if len(lists) == 1:
        return _write_pdf(lists[0], target, base, progress)
    rows, parts = 0, []
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(lists):
            path = Path(folder) / f"{number}.pdf"
            rows += _write_pdf(one, path, base, partial(_further, progress, rows))[0]
            parts.append(path)
        return rows, merge(parts, target, title=str(base["title"]))


def _further(progress: Progress, before: int, done: int) -> None:
    progress(before + done)


def _write_pdf(one: Listed, target: Path, base: Mapping[str, Any], progress: Progress) -> tuple[int, int]:
    data = {
        **base, "title": one.title, "facts": [list(fact) for fact in one.facts], "flipped": one.is_flipped,
        "columns": [{"label": str(c.label), "width": c.width, "align": c.align} for c in one.columns],
        "tail": one.tail, "page_words": str(_("Page {page} of {pages}")), "footer": base["archive"],
    }  # fmt: skip
    covers = []
    if one.has_cover:
        covers.append(set_short("cover", {**data, "foot": base["archive"], "rows": []}))
    return set_list(data, (printed_row(row) for row in one.rows()), target, covers=covers, progress=progress)


def _rows(chosen: Chosen, columns: Sequence[Column]) -> Callable[[], Iterator[list[str]]]:
    return lambda: _numbered((item for part in chosen.parts() for item in part), columns)


def _batch_rows(actor: Actor, batch: Batch, columns: Sequence[Column]) -> Callable[[], Iterator[list[str]]]:
    return lambda: _numbered(items_of(actor, batch), columns)


def _numbered(items: Iterable[Item], columns: Sequence[Column]) -> Iterator[list[str]]:
    page: int | None = 1
    for number, item in enumerate(items, start=1):
        given = str(item.elements.get("page_number", ""))
        yield row_of(item, number, columns, page_number=given or (str(page) if page else ""))
        page = None if page is None or item.pages is None else page + item.pages


def _facts(chosen: Chosen) -> list[tuple[str, str]]:
    """What the records of a selection have in common, for the head and the cover of a list."""
    codes, names, years, terms, departments = set(), set(), set(), set(), set()
    for part in chosen.parts():
        for item in part:
            codes.add(item.fonds.code)
            names.add(item.fonds.name)
            years.add(str(item.year or ""))
            terms.add(retention_label(item.retention))
            departments.add(item.department)
    return _told(common(codes), common(names), common(years), common(terms), common(departments))


def _facts_of(batch: Batch) -> list[tuple[str, str]]:
    return _told(batch.fonds_code, batch.fonds_name, batch.year, batch.retention, batch.department)


def _told(code: str, name: str, year: str, retention: str, department: str) -> list[tuple[str, str]]:
    labels: tuple[Message, ...] = (
        _("Fonds code"), _("Name of the fonds"), _("Year"), _("Retention period"), _("Department"),
    )  # fmt: skip
    return [(str(label), value) for label, value in zip(labels, (code, name, year, retention, department), strict=True)
            if value]  # fmt: skip
