"""Giving records out: as a bag, as DA/T 48 or DA/T 93 packages, or as a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from shicheng.audit import selectors as audit_log
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.exchange import events
from shicheng.exchange.errors import NothingToExport, UnknownColumn, UnknownForm
from shicheng.exchange.policies import EXPORT
from shicheng.holdings.models import Item
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import BY_NAME
from shicheng.packages.types import ProcessEntry
from shicheng.packages.writing import write_bag, write_catalogue, write_dat93, write_eep
from shicheng.packages.writing_lists import USUAL
from shicheng.packages.writing_types import Exported, ExportFile, ExportItem, TransferStatement
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.schemes.fields import all_added
from shicheng.search.choosing import Chosen
from shicheng.search.selections import Selection
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.services import open_store

TABLES: Final = ("csv", "xlsx")
FORMS: Final = ("bagit", "eep", "da93", *TABLES)
COLUMNS: Final = (*USUAL, *(name for name in BY_NAME if name not in USUAL and name != "row_number"), "files", "size")
"""Columns a table may have, the usual ones first."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an export wrote."""

    form: str
    target: Path
    items: int
    files: int
    bytes: int

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "form": self.form,
            "target": str(self.target),
            "items": self.items,
            "files": self.files,
            "bytes": self.bytes,
        }


def export(
    *,
    actor: Actor,
    form: str,
    target: Path,
    settings: Settings,
    query: str = "",
    selection: Selection | None = None,
    columns: Sequence[str] = (),
    job: UUID | None = None,
    progress: Callable[..., None] = lambda done, total=None, note="": None,
) -> Made:
    """Write records, as far as the actor may see them, to `target`, which must not exist yet.

    Which records a `selection` says, or a `query` alone. `columns` are those of a table, all that are filled if none
    is named. The log tells of it once for each `job`. Raises `UnknownForm`, `UnknownColumn`, `NothingToExport`.
    """
    require(actor, EXPORT)
    check_form(form, columns)
    chosen_by = selection or Selection(query=query)
    chosen = Chosen(actor, chosen_by, settings.index_path)
    if not chosen.total:
        raise NothingToExport(
            _("No record matches %(query)s, so nothing was written.", query=chosen_by.query or "*"),
            hint=_("Try the query with find first."),
        )
    store = open_store(settings)
    rounds = 2 if form in TABLES and not columns else 1
    done = 0

    def items() -> Iterator[ExportItem]:
        nonlocal done
        for part in chosen.parts():
            for one in part:
                yield _export_item(store, one, fill=form in TABLES)
                done += 1
                progress(done, max(done, chosen.total * rounds))

    written = _write(form, items, target, actor, settings, chosen, columns)
    with atomic():
        if job is None or not audit_log.has_entry(events.EXPORTED, ("export", job)):
            details = {"form": form, "items": written.items, **_written(chosen_by)}
            audit.append(actor, events.EXPORTED, ("export", job) if job else None, details)
    return Made(form, target, written.items, written.files, written.bytes)


def check_form(form: str, columns: Sequence[str]) -> None:
    """Raise `UnknownForm` or `UnknownColumn` unless records can be given out like this."""
    if form not in FORMS:
        raise UnknownForm(
            _("There is no form of export named %(form)s.", form=form),
            hint=_("Use one of: %(forms)s.", forms=", ".join(FORMS)),
        )
    known = {*COLUMNS, *all_added()}
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise UnknownColumn(
            _("There is no column named %(name)s.", name=unknown[0]),
            hint=_("Use some of: %(columns)s.", columns=", ".join(COLUMNS)),
        )
    if columns and form not in TABLES:
        raise UnknownColumn(
            _("Only tables have columns; %(form)s holds the records whole.", form=form),
            hint=_("Choose csv or xlsx, or name no columns."),
        )


def _written(selection: Selection) -> dict[str, Any]:
    """A selection as the log tells it."""
    stored = selection.to_json()
    ids = stored.pop("ids", [])
    filters = stored.pop("filters", {})
    return {
        "query": "*",
        **stored,
        **({"chosen": len(ids)} if ids else {}),
        **({"filters": filters} if filters else {}),
    }


def _write(
    form: str, read: Callable[[], Iterator[ExportItem]], target: Path, actor: Actor, settings: Settings,
    chosen: Chosen, columns: Sequence[str],
) -> Exported:  # fmt: skip
    now = timezone.localtime()
    if form == "bagit":
        return write_bag(read(), target, info={"Source-Organization": settings.archive_name}, bagged_on=now.date())
    if form == "eep":
        return write_eep(read(), target, created=now, agency=settings.archive_name)
    if form in TABLES:
        return write_catalogue(read, target, form=form, columns=columns)
    first = next(chosen.parts(), [])
    fonds = {(one.fonds.code, one.fonds.name) for one in first}
    code, name = fonds.pop() if len(fonds) == 1 else ("", "")
    statement = TransferStatement(
        agency=settings.archive_name,
        fonds_code=code,
        fonds_name=name,
        date=now.date().isoformat(),
        description=str(_("Records given out by %(name)s", name=settings.archive_name)),
        environment=str(_("Shicheng, any system that opens the formats named in the metadata")),
    )
    return write_dat93(read(), target, statement=statement)


def _export_item(store: Store, item: Item, *, fill: bool) -> ExportItem:
    """A record to be given out; `fill` adds to its elements what was drawn from its code."""
    drawn = {
        "fonds_code": item.fonds.code, "category": item.category, "year": str(item.year or ""),
        "retention": item.retention, "department": item.department,
    }  # fmt: skip
    files = [
        ExportFile(
            name=one.name,
            size=one.size,
            digests={"sha512": one.sha512, "sha256": one.sha256, "sm3": one.sm3},
            opener=partial(store.open, item.object_id, one.logical_path),
            draft_state=one.draft_state,
            mime=one.mime,
        )
        for one in item.files.all()
    ]
    return ExportItem(
        ref=item.reference_code,
        elements={**drawn, **{name: value for name, value in item.elements.items() if value}}
        if fill
        else item.elements,
        extra=item.extra,
        process=[ProcessEntry(**entry) for entry in item.process],
        files=files,
    )
