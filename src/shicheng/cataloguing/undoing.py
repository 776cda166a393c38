"""The work of undoing an import: first the store says so, then the records go batch by batch. Safe to run twice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic, give_way
from shicheng.cataloguing import events, papers
from shicheng.cataloguing.importing import BATCH
from shicheng.cataloguing.models import CatalogueImport
from shicheng.cataloguing.states import IMPORT
from shicheng.cataloguing.types import Summary
from shicheng.holdings.cataloguing import Withdrawn, withdraw_records
from shicheng.jobs.run import Run
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage


def run_undo(run: Run, *, import_id: UUID, settings: Settings) -> dict[str, Any]:
    """Bring the undoing of an import from where it stands to its end; returns its counts."""
    catalogue = CatalogueImport.objects.get(pk=import_id)
    if catalogue.state == "undoing":
        stored = papers.store_undoing(store=storage.open_store(settings), catalogue=catalogue)
        with atomic():
            storage.register_objects([stored], kind="import")
        last = last_row(catalogue, settings)
        while catalogue.line < last:
            run.progress(catalogue.line, last)
            with atomic():
                run.fence()
                withdraw(run.actor, catalogue, min(catalogue.line + BATCH, last))
            give_way()
        run.progress(catalogue.line, last)
        finish(run.actor, catalogue)
    return counts(catalogue)


def counts(catalogue: CatalogueImport) -> dict[str, Any]:
    """The numbers of an undoing."""
    return {"import": catalogue.number, **{name: getattr(catalogue, name) for name in ("removed", "returned", "kept")}}


def last_row(catalogue: CatalogueImport, settings: Settings) -> int:
    """The number of the last row that came in; rows left out count too."""
    parts = Summary.from_json(catalogue.summary).parts
    if not parts:
        return 0
    last = 0
    for line in papers.read_part(storage.open_store(settings), catalogue.object_id, parts[-1]["name"]):
        last = line["row"]
    return last


def withdraw(actor: Actor, catalogue: CatalogueImport, until: int, *, logged: bool = True) -> Withdrawn:
    """Take back the rows up to `until`. To be called inside `atomic()`."""
    assert catalogue.undo is not None and catalogue.undone_at is not None
    first = catalogue.line + 1
    result = withdraw_records(
        actor=actor, origin=catalogue.pk, undo=catalogue.undo, number=catalogue.number, rows=(first, until),
        at=catalogue.undone_at,
    )  # fmt: skip
    catalogue.line = until
    catalogue.removed += result.removed
    catalogue.returned += result.returned
    catalogue.kept += result.kept
    catalogue.save(update_fields=["line", "removed", "returned", "kept"])
    if logged and (result.removed or result.returned or result.kept):
        details = {
            "import": catalogue.number, "id": str(catalogue.pk), "undo": str(catalogue.undo), "rows": [first, until],
            "removed": result.removed, "returned": result.returned, "kept": result.kept,
        }  # fmt: skip
        audit.append(actor, events.UNDO_BATCH, ("import", catalogue.pk), details)
    return result


def finish(actor: Actor, catalogue: CatalogueImport) -> None:
    """Say that all is undone."""
    catalogue.state = IMPORT.next(catalogue.state, "finish_undo")
    with atomic():
        catalogue.save(update_fields=["state"])
        audit.append(actor, events.UNDONE, ("import", catalogue.pk), {**counts(catalogue), "reason": catalogue.reason})
