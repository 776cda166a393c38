"""What is decided about a catalogue before it is read: where it lies, under which name, into which fonds."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db.models import Max

from shicheng.cataloguing.errors import BadMapping, UnreadableCatalogue
from shicheng.cataloguing.headers import is_element
from shicheng.cataloguing.models import CatalogueImport, Mapping
from shicheng.cataloguing.sources.dbf import memo_files
from shicheng.holdings.cataloguing import fonds_codes_like
from shicheng.kernel import clock
from shicheng.kernel.digests import digest_file
from shicheng.kernel.messages import message as _
from shicheng.settings import Settings
from shicheng.storage import durable

_ERRORS: Final = re.compile(r"\.errors-C[0-9]{4}-[0-9]+.*$")
_CODE: Final = re.compile(r"[^\s/\\'\"<>]{1,40}")
_MADE: Final = "CAT"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A catalogue that lies in the staging area."""

    path: Path
    beside: tuple[Path, ...]
    digest: str
    size: int


def source_name(name: str) -> str:
    """Name of the source a file comes from: its own without endings and without what a workbook of errors adds."""
    stem = name.rpartition("/")[2]
    for ending in (".gz", ".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".dbf", ".jsonl", ".ndjson", ".json"):
        if stem.lower().endswith(ending):
            stem = stem[: -len(ending)]
    return (_ERRORS.sub("", stem).strip() or "catalogue")[:200]


def folder_of(settings: Settings, identity: UUID) -> Path:
    """Where an import's files lie until they are in the store."""
    return settings.staging_path / "catalogues" / str(identity)


def stage(path: Path, folder: Path) -> Arrived:
    """Copy a catalogue, and the memo files beside a table, into the staging area; durable when this returns."""
    if not path.is_file():
        raise UnreadableCatalogue(_("There is no file %(path)s.", path=path), hint=_("Look at the name again."))
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "source"
    temporary = folder / f".source.{os.getpid()}"
    shutil.copyfile(path, temporary)
    beside = []
    if path.suffix.lower() == ".dbf":
        for memo in memo_files(path):
            copied = folder / f"memo{memo.suffix.lower()}"
            shutil.copyfile(memo, copied)
            beside.append(copied)
    temporary.rename(target)
    durable.sync_tree(folder)
    digests, size = digest_file(target, ("sm3",))
    return Arrived(target, tuple(beside), digests["sm3"], size)


def staged(folder: Path) -> tuple[Path, tuple[Path, ...]]:
    """The files `stage` left."""
    return folder / "source", tuple(sorted(folder.glob("memo.*")))


def choose_fonds(source: str, given: str) -> tuple[str, str]:
    """Code and name of the fonds of rows that name none: the one given, or the source's own catalogue fonds.

    A source without a fonds gets one of its own, `CAT001` … by running number, named after the source; no
    fonds code of DA/T 13 looks like it. The same source gets the same one every time.
    """
    if given:
        if not _CODE.fullmatch(given):
            raise BadMapping(
                _("“%(code)s” can't be the code of a fonds.", code=given[:60]), hint=_("Give a code such as B012.")
            )
        return given, ""
    earlier = (
        CatalogueImport.objects.filter(source=source, fonds_code__startswith=_MADE)
        .order_by("number")
        .values_list("fonds_code", "fonds_name")
        .first()
    )
    if earlier is not None:
        return earlier
    codes = {
        *fonds_codes_like(_MADE),
        *CatalogueImport.objects.filter(fonds_code__startswith=_MADE).values_list("fonds_code", flat=True),
    }
    numbers = [int(code[3:]) for code in codes if code[3:].isdecimal()]
    return f"{_MADE}{max(numbers, default=0) + 1:03d}", source


def next_number() -> str:
    """The number of the next import; to be called inside `atomic()`, a number taken meanwhile is refused there."""
    year = clock.now().year
    last = CatalogueImport.objects.filter(number__startswith=f"C{year}-").aggregate(last=Max("number"))["last"]
    return f"C{year}-{int(last.partition('-')[2]) + 1 if last else 1:04d}"


def saved_columns(source: str) -> dict[str, str]:
    """What was decided about the columns of a source, header → element."""
    row = Mapping.objects.filter(pk=source).first()
    return dict(row.columns) if row is not None else {}


def require_columns(columns: dict[str, str]) -> dict[str, str]:
    """Return the columns if they can be used as a mapping; raises `BadMapping`."""
    taken: dict[str, str] = {}
    for header, element in columns.items():
        if not is_element(element):
            raise BadMapping(
                _(
                    "The column “%(header)s” is mapped to “%(element)s”, which is no element.",
                    header=header[:60],
                    element=element[:60],
                ),
                hint=_("Use names such as title, author, date, document_number, reference_code."),
            )
        if element and element in taken.values():
            raise BadMapping(
                _("Two columns are mapped to %(element)s.", element=element), hint=_("Leave one of them empty.")
            )
        taken[header] = element
    return taken
