"""The work of an import: reading, storing, then writing the records batch by batch. Safe to run twice."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.ahead import made_ahead
from shicheng.base.bulk_rows import Forms, forms
from shicheng.base.db import atomic, give_way, writing_many_rows
from shicheng.cataloguing import events, papers, policies
from shicheng.cataloguing.arriving import folder_of, saved_columns, staged
from shicheng.cataloguing.errors import UnknownHeader, UnreadableCatalogue
from shicheng.cataloguing.headers import taken
from shicheng.cataloguing.models import CatalogueImport, Mapping, Refusal
from shicheng.cataloguing.papers import stored_as_it_is
from shicheng.cataloguing.preparing import Task
from shicheng.cataloguing.reading import read_catalogue
from shicheng.cataloguing.states import IMPORT
from shicheng.cataloguing.types import Column, Summary
from shicheng.checks.selectors import refused_levels
from shicheng.holdings.cataloguing import CatalogueRecord, PutRecords, draw_row, put_records
from shicheng.holdings.events import HAND_KEPT
from shicheng.holdings.filling import filling
from shicheng.holdings.services import found_fonds
from shicheng.holdings.types import ORIGINAL, UNREAD
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.people.errors import NotPermitted
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store

if TYPE_CHECKING:
    from shicheng.holdings.models import Fonds

BATCH: Final = 10_000
_MOST_SAVED: Final = 500  # columns kept in a mapping


def run_import(run: Run, *, import_id: UUID, settings: Settings) -> dict[str, Any]:
    """Bring an import from where it stands to its end; returns its counts."""
    catalogue = CatalogueImport.objects.get(pk=import_id)
    store = storage.open_store(settings)
    if catalogue.state == "received":
        _keep(run, catalogue, store, folder_of(settings, catalogue.pk))
    if catalogue.state == "stored":
        with writing_many_rows():
            _commit(run, catalogue, store)
        _finish(run, catalogue)
    if catalogue.state in ("done", "failed"):
        shutil.rmtree(folder_of(settings, catalogue.pk), ignore_errors=True)
    return counts(catalogue)


def counts(catalogue: CatalogueImport) -> dict[str, Any]:
    """The numbers of an import."""
    names = ("rows", "created", "updated", "unchanged", "rejected", "marked", "suspects")
    return {"import": catalogue.number, **{name: getattr(catalogue, name) for name in names}}


def _keep(run: Run, catalogue: CatalogueImport, store: Store, folder: Path) -> None:
    """Read the catalogue and make it and its records durable."""
    if store.has(catalogue.object_id):  # an attempt before died after this
        summary = Summary.from_json(papers.read_about(store, catalogue.object_id)["summary"])
        stored = stored_as_it_is(store, catalogue.object_id)
    else:
        path, beside = staged(folder)
        task = Task(
            path=str(path), name=catalogue.name, folder=str(folder / "parts"), fonds=catalogue.fonds_code,
            saved=saved_columns(catalogue.source), beside=tuple(map(str, beside)), sheet=catalogue.sheet,
            refused=refused_levels(),
        )  # fmt: skip
        try:
            summary = read_catalogue(task, lambda rows: run.progress(rows, None, _("reading")))
            for code in summary.fonds:
                require(run.actor, policies.IMPORT, fonds=code)
        except (UnreadableCatalogue, UnknownHeader, NotPermitted) as error:
            _fail(run.actor, catalogue, error)
            shutil.rmtree(folder, ignore_errors=True)
            raise
        run.check_cancelled()
        stored = papers.store_import(
            store=store, catalogue=catalogue, summary=summary, source=path, folder=folder / "parts"
        )
    catalogue.summary, catalogue.form = summary.to_json(), summary.form
    for name in ("rows", "rejected", "marked", "suspects"):
        setattr(catalogue, name, getattr(summary, name))
    catalogue.state = IMPORT.next(catalogue.state, "store")
    with atomic():
        run.fence()
        catalogue.save()
        storage.register_objects([stored], kind="import")
        details = {"import": catalogue.number, "rows": catalogue.rows, "inventory": stored.inventory_digest}
        audit.append(run.actor, events.STORED, ("import", catalogue.pk), details)


def _commit(run: Run, catalogue: CatalogueImport, store: Store) -> None:
    """Write the records of every part that are not written yet."""
    summary = Summary.from_json(catalogue.summary)
    fonds = found_all(run.actor, catalogue, summary)
    parts, form = summary.parts, forms()
    done = sum(part["rows"] for part in parts[: catalogue.part]) + catalogue.line
    with filling(summary.accepted - done) as filled:
        while catalogue.part < len(parts):
            name = parts[catalogue.part]["name"]
            lines = papers.read_part(store, catalogue.object_id, name, after=catalogue.line)
            for records in made_ahead(_drawn(batches(lines, catalogue.fonds_code), catalogue.number, form)):
                run.progress(done, summary.accepted)
                with atomic():
                    run.fence()
                    _write(run.actor, catalogue, fonds, records, summary.columns)
                done += len(records)
                filled.count(len(records))
                give_way()
            catalogue.part, catalogue.line = catalogue.part + 1, 0
            CatalogueImport.objects.filter(pk=catalogue.pk).update(part=catalogue.part, line=0)
        run.progress(done, summary.accepted, _("putting in order"))


def _drawn(batches: Iterable[list[CatalogueRecord]], number: str, form: Forms) -> Iterator[list[CatalogueRecord]]:
    for records in batches:
        for record in records:
            record.drawn = draw_row(record, number, form)
        yield records


def _write(
    actor: Actor, catalogue: CatalogueImport, fonds: dict[str, Fonds], records: list[CatalogueRecord],
    columns: list[Column],
) -> None:  # fmt: skip
    """One batch: its records, how far the import got, and the log of it."""
    result = apply(actor, catalogue, fonds, records, at=catalogue.received_at)
    refuse(catalogue, result, columns)
    catalogue.line += len(records)
    catalogue.created += result.created
    catalogue.updated += result.updated
    catalogue.unchanged += result.unchanged
    catalogue.rejected += len(result.refused)
    catalogue.save(update_fields=["line", "created", "updated", "unchanged", "rejected"])
    details: dict[str, Any] = {
        "import": catalogue.number, "id": str(catalogue.pk), "rows": [records[0].row, records[-1].row],
        "created": result.created, "updated": result.updated, "unchanged": result.unchanged,
        "refused": len(result.refused),
    }  # fmt: skip
    if result.kept_by_hand:
        details["kept_by_hand"] = len(result.kept_by_hand)
    audit.append_many(
        actor,
        [
            *(
                (HAND_KEPT, ("item", item_id), {"import": catalogue.number, "ref": ref, "offered": offered})
                for item_id, ref, offered in result.kept_by_hand
            ),
            (events.BATCH, ("import", catalogue.pk), details),
        ],
    )


def apply(
    actor: Actor, catalogue: CatalogueImport, fonds: dict[str, Fonds], records: list[CatalogueRecord], *,
    at: datetime, adopt: bool = False,
) -> PutRecords:  # fmt: skip
    """Put one batch of records into the holdings."""
    return put_records(
        actor=actor, origin=catalogue.pk, number=catalogue.number, fonds=fonds, records=records, at=at, adopt=adopt
    )


def found_all(
    actor: Actor, catalogue: CatalogueImport, summary: Summary, *, restored: bool = False
) -> dict[str, Fonds]:
    """Every fonds the records belong to, founded where it is new."""
    names = {catalogue.fonds_code: catalogue.fonds_name, **summary.fonds}
    with atomic():
        return {
            code: found_fonds(actor=actor, code=code, name=name, at=catalogue.received_at, restored=restored)
            for code, name in names.items()
        }


def batches(lines: Iterator[dict[str, Any]], fonds: str, *, size: int = BATCH) -> Iterator[list[CatalogueRecord]]:
    """Records of kept lines, so many at a time."""
    while some := list(itertools.islice(lines, size)):
        yield [record_of(line, fonds) for line in some]


def record_of(line: dict[str, Any], fonds: str) -> CatalogueRecord:
    """A kept line as a record: originals and marks stand among its extra columns."""
    extra: dict[str, str] = line.get("extra", {})
    for header, text in line.get("originals", {}).items():
        extra[f"{header}{ORIGINAL}"] = text
    if marks := line.get("marks"):
        extra[UNREAD] = "、".join(marks)
    return CatalogueRecord(line["row"], line["key"], line["ref"], line.get("fonds", fonds), line["elements"], extra)


def refuse(catalogue: CatalogueImport, result: PutRecords, columns: list[Column]) -> None:
    """Keep the rows that could not come in, for the workbook."""
    Refusal.objects.bulk_create(
        [
            Refusal(catalogue=catalogue, row=record.row, reason=reason.to_json(), cells=cells_of(record, columns))
            for record, reason in result.refused
        ],
        ignore_conflicts=True,
    )


def cells_of(record: CatalogueRecord, columns: list[Column]) -> list[str]:
    """The cells of a record as the catalogue had them."""
    return [
        record.extra.get(f"{column.header}{ORIGINAL}")
        or record.elements.get(taken(column), "")
        or record.extra.get(column.header, "")
        for column in columns
    ]


def _finish(run: Run, catalogue: CatalogueImport) -> None:
    summary = Summary.from_json(catalogue.summary)
    catalogue.state, catalogue.done_at = IMPORT.next(catalogue.state, "finish"), clock.now()
    columns = {column.header: taken(column) for column in summary.columns[:_MOST_SAVED] if taken(column)}
    with atomic():
        run.fence()
        catalogue.save(update_fields=["state", "done_at"])
        Mapping.objects.get_or_create(
            pk=catalogue.source,
            defaults={"columns": columns, "saved_by": run.actor.name[:200], "saved_at": catalogue.done_at},
        )
        audit.append(run.actor, events.DONE, ("import", catalogue.pk), counts(catalogue))


def _fail(actor: Actor, catalogue: CatalogueImport, error: ShichengError) -> None:
    catalogue.state, catalogue.reason = IMPORT.next(catalogue.state, "fail"), str(error)
    catalogue.summary = {"failed": error.code}
    with atomic():
        catalogue.save(update_fields=["state", "reason", "summary"])
        details = {"import": catalogue.number, "reason": catalogue.reason}
        audit.append(actor, events.FAILED, ("import", catalogue.pk), details)
