"""Exports, all written to a temporary name and renamed when whole; every file is verified while it is copied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from shicheng.packages.eep import write_eep_document
from shicheng.packages.writing_bag import write_bag
from shicheng.packages.writing_lists import write_catalogue
from shicheng.packages.writing_place import ExportError, Names, Tally, check_file, new_place
from shicheng.packages.writing_transfer import write_dat93, write_transfer_folder
from shicheng.packages.writing_types import Exported, ExportFile, ExportItem, TransferStatement

__all__ = [
    "ExportError",
    "ExportFile",
    "ExportItem",
    "Exported",
    "TransferStatement",
    "write_bag",
    "write_catalogue",
    "write_dat93",
    "write_eep",
    "write_transfer_folder",
]


def write_eep(items: Iterable[ExportItem], target: Path, *, created: datetime, agency: str) -> Exported:
    """Write a folder of encapsulation packages of DA/T 48, `<档号>.xml` for each item (see `packages.eep`)."""
    names, tally = Names(), Tally()
    with new_place(target, folder=True) as place:
        for item in items:
            for file in item.files:
                check_file(file, ref=item.ref)
            with (place / names.take(f"{item.ref}.xml")).open("xb") as stream:
                write_eep_document(item, stream, created=created, agency=agency)
            tally.add(item)
    return tally.result()
