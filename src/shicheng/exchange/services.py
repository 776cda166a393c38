"""Giving records out: as a bag, as DA/T 48 or DA/T 93 packages, or as a catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.utils import timezone

from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.exchange import events
from shicheng.exchange.errors import NothingToExport, UnknownForm
from shicheng.exchange.policies import EXPORT
from shicheng.holdings import selectors as holdings
from shicheng.holdings.models import Item
from shicheng.kernel.messages import message as _
from shicheng.packages.types import ProcessEntry
from shicheng.packages.writing import write_bag, write_csv_catalogue, write_dat93, write_eep
from shicheng.packages.writing_types import Exported, ExportFile, ExportItem, TransferStatement
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.search.services import find_ids
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.services import open_store

FORMS = ("bagit", "eep", "da93", "csv")


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
    query: str,
    settings: Settings,
    progress: Callable[..., None] = lambda done, total=None, note="": None,
) -> Made:
    """Write the records a query finds, as far as the actor may see them, to `target`, which must not exist yet."""
    require(actor, EXPORT)
    if form not in FORMS:
        raise UnknownForm(
            _("There is no form of export named %(form)s.", form=form),
            hint=_("Use one of: %(forms)s.", forms=", ".join(FORMS)),
        )
    ids = find_ids(actor, query or "*", index_path=settings.index_path)
    if not ids:
        raise NothingToExport(
            _("No record matches %(query)s, so nothing was written.", query=query),
            hint=_("Try the query with find first."),
        )
    store = open_store(settings)

    def items() -> Iterator[ExportItem]:
        done = 0
        for part in chunked(ids, 200):
            found = {one.pk: one for one in holdings.items(actor).filter(pk__in=part).prefetch_related("files")}
            for key in part:
                if key in found:
                    yield _export_item(store, found[key])
                done += 1
                progress(done, len(ids))

    written = _write(form, items(), target, actor, settings, ids)
    with atomic():
        audit.append(actor, events.EXPORTED, None, {"form": form, "query": query, "items": written.items})
    return Made(form, target, written.items, written.files, written.bytes)


def _write(
    form: str, items: Iterator[ExportItem], target: Path, actor: Actor, settings: Settings, ids: list[Any]
) -> Exported:
    now = timezone.localtime()
    if form == "bagit":
        return write_bag(items, target, info={"Source-Organization": settings.archive_name}, bagged_on=now.date())
    if form == "eep":
        return write_eep(items, target, created=now, agency=settings.archive_name)
    if form == "csv":
        return write_csv_catalogue(items, target)
    fonds = list(
        holdings.items(actor)
        .filter(pk__in=ids[:500])
        .order_by()
        .values_list("fonds__code", "fonds__name")
        .distinct()[:2]
    )
    code, name = fonds[0] if len(fonds) == 1 else ("", "")
    statement = TransferStatement(
        agency=settings.archive_name,
        fonds_code=code,
        fonds_name=name,
        date=now.date().isoformat(),
        description=str(_("Records given out by %(name)s", name=settings.archive_name)),
        environment=str(_("Shicheng, any system that opens the formats named in the metadata")),
    )
    return write_dat93(items, target, statement=statement)


def _export_item(store: Store, item: Item) -> ExportItem:
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
        elements=item.elements,
        extra=item.extra,
        process=[ProcessEntry(**entry) for entry in item.process],
        files=files,
    )
