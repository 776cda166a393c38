"""Making catalogue records anew from the store alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from shicheng.base.db import atomic
from shicheng.cataloguing import papers, undoing
from shicheng.cataloguing.headers import taken
from shicheng.cataloguing.importing import BATCH, apply, batches, found_all, refuse
from shicheng.cataloguing.models import CatalogueImport, Mapping
from shicheng.cataloguing.papers import is_import, stored_as_it_is
from shicheng.cataloguing.states import UNFINISHED
from shicheng.cataloguing.types import Summary
from shicheng.holdings.cataloguing import CatalogueRecord
from shicheng.holdings.filling import filling
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act, carry_out

_SUMMED: Final = ("rows", "rejected", "marked", "suspects")


def is_catalogue_object(store: Store, object_id: str) -> bool:
    """Tell whether an object of the store keeps a catalogue import."""
    return is_import(store.inventory(object_id).state())


def read_import(store: Store, object_id: str) -> Iterator[list[CatalogueRecord]]:
    """The records an import brought, in their order, some thousands at a time."""
    about = papers.read_about(store, object_id)
    summary = Summary.from_json(about["summary"])
    for part in summary.parts:
        yield from batches(papers.read_part(store, object_id, part["name"]), about["fonds"])


class ImportRestorer:
    """Brings catalogue imports back when the database is made anew."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Tell whether the object keeps an import."""
        return is_catalogue_object(store, object_id)

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """Each import, and each undoing of one, as an act of its moment."""
        for object_id in object_ids:
            received = datetime.fromisoformat(papers.read_about(store, object_id)["received_at"])
            yield Act(received, partial(replay_import, actor, store, object_id))
            undone = papers.read_undoing(store, object_id)
            if undone is not None:
                at = datetime.fromisoformat(undone["undone_at"])
                yield Act(at, partial(replay_undoing, actor, store, object_id, settings))


def replay_imports(actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> int:
    """Make the records of many imports anew, imports and undoings in the order in which they happened.

    To be called after the items that have objects of their own were made anew and the log was read back: nothing
    is logged again. Returns the number of imports that were not there. Safe to run twice and after a crash.
    """
    return carry_out(ImportRestorer().acts(actor, store, object_ids, settings))


def replay_import(actor: Actor, store: Store, object_id: str) -> int:
    """Make the row of an import and its records anew; 0 if they are there already."""
    about = papers.read_about(store, object_id)
    summary = Summary.from_json(about["summary"])
    catalogue, new = _row(about, summary)
    if not new and catalogue.state not in UNFINISHED:
        return 0
    fonds = found_all(actor, catalogue, summary, restored=True)
    at = catalogue.received_at
    for name in ("created", "updated", "unchanged"):
        setattr(catalogue, name, 0)
    catalogue.rejected = summary.rejected
    with filling(summary.accepted) as filled:
        for records in read_import(store, object_id):
            with atomic():
                result = apply(actor, catalogue, fonds, records, at=at, adopt=True)
                refuse(catalogue, result, summary.columns)
            catalogue.created += result.created
            catalogue.updated += result.updated
            catalogue.unchanged += result.unchanged
            catalogue.rejected += len(result.refused)
            filled.count(result.created)
    columns = {column.header: taken(column) for column in summary.columns[:500] if taken(column)}
    with atomic():
        catalogue.state, catalogue.part, catalogue.line, catalogue.done_at = "done", len(summary.parts), 0, at
        catalogue.save()
        Mapping.objects.get_or_create(
            pk=catalogue.source, defaults={"columns": columns, "saved_by": catalogue.received_by, "saved_at": at}
        )
        storage.register_objects([stored_as_it_is(store, object_id)], kind="import")
    return 1


def replay_undoing(actor: Actor, store: Store, object_id: str, settings: Settings) -> int:
    """Take back what an import did, as it was taken back before; the object was counted with its import."""
    about = papers.read_undoing(store, object_id)
    catalogue = CatalogueImport.objects.get(pk=UUID(object_id.removeprefix("urn:uuid:")))
    if about is None or catalogue.state == "undone":
        return 0
    catalogue.undo, catalogue.undone_by = UUID(about["undo"]), about["undone_by"]
    catalogue.undone_at, catalogue.reason = datetime.fromisoformat(about["undone_at"]), about["reason"]
    catalogue.state, catalogue.line, catalogue.removed, catalogue.returned, catalogue.kept = "undoing", 0, 0, 0, 0
    catalogue.save()
    last = undoing.last_row(catalogue, settings)
    while catalogue.line < last:
        with atomic():
            undoing.withdraw(actor, catalogue, min(catalogue.line + BATCH, last), logged=False)
    catalogue.state = "undone"
    catalogue.save(update_fields=["state"])
    return 0


def _row(about: dict[str, Any], summary: Summary) -> tuple[CatalogueImport, bool]:
    fields = {name: getattr(summary, name) for name in _SUMMED}
    return CatalogueImport.objects.get_or_create(
        pk=UUID(about["id"]),
        defaults={
            **fields, "number": about["number"], "state": "stored", "name": about["name"], "source": about["source"],
            "sheet": about.get("sheet", ""),
            "fonds_code": about["fonds"], "fonds_name": about["fonds_name"], "form": summary.form,
            "digest": about["digest"], "bytes": about["bytes"], "summary": summary.to_json(),
            "received_by": about["received_by"], "received_at": datetime.fromisoformat(about["received_at"]),
        },
    )  # fmt: skip
