"""Taking a workbook as the draft of a unit's table: all of it, or nothing and every fault named."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile

from shicheng.kernel.identifiers import derived_id
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.schemes import selectors, services
from shicheng.schemes.errors import UnreadableTable
from shicheng.schemes.models import Schedule
from shicheng.schemes.workbook import CellFault, read_table_workbook, write_faults_workbook

MOST_BYTES: Final = 20 << 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it: the draft, or the faults that kept it from being written."""

    schedule: Schedule | None
    faults: tuple[CellFault, ...] = ()


def import_workbook(*, actor: Actor, unit: str, path: Path, name: str, keep_faults_at: Path | None = None) -> Imported:
    """Let the unit's draft say what a workbook says; begins one if there is none. Raises `UnreadableTable`.

    With faults nothing is written, and a workbook of them is put to `keep_faults_at`.
    """
    found = selectors.unit(actor, unit)
    read = read_table_workbook(path, name=name)
    if read.faults:
        if keep_faults_at is not None:
            keep_faults_at.parent.mkdir(parents=True, exist_ok=True)
            part = keep_faults_at.with_name(f".{keep_faults_at.name}.part")
            part.write_bytes(write_faults_workbook(read))
            part.rename(keep_faults_at)
        return Imported(None, tuple(read.faults))
    if found.schedules.filter(state__in=("draft", "submitted")).exists():
        return Imported(services.replace_draft(actor=actor, unit=unit, table=read.table))
    return Imported(services.begin_draft(actor=actor, unit=unit, table=read.table))


@contextmanager
def received(sent: UploadedFile[Any] | None) -> Iterator[tuple[Path, str]]:
    """The workbook a form sent, as a file with its name; raises `UnreadableTable` for none or one too large."""
    if sent is None or not sent.size:
        raise UnreadableTable(_("No workbook was sent."), hint=_("Choose an .xlsx file and send it again."))
    if sent.size > MOST_BYTES:
        raise UnreadableTable(
            _("The workbook has more than %(most)s MB.", most=MOST_BYTES >> 20),
            hint=_("Only its rows are read; take pictures and other sheets out of it."),
        )
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as spool:
        for piece in sent.chunks():
            spool.write(piece)
        spool.flush()
        yield Path(spool.name), (sent.name or "table.xlsx")[:200]


def faults_path(cache: Path, actor: Actor, unit: str) -> Path:
    """Where the faults of the workbook lie that this person sent last for this unit."""
    return cache / "filing-tables" / f"{derived_id('faults', str(actor.user_id or actor.name), unit)}.xlsx"
