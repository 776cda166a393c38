"""Accession 接收入库: accepted items become objects in the store, then rows, in batches.

What is durable comes before what promises it: a batch of objects is in the store before its rows commit. Every
item has the id it will always have, so a run that was cut off goes on: items with rows are passed over, items
that reached the store without rows are read back from it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.checks import selectors as checks
from shicheng.checks.types import Report
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget
from shicheng.holdings import selectors as holdings
from shicheng.holdings import services as registry
from shicheng.holdings.types import NewItem
from shicheng.ingest import events, selectors, services
from shicheng.ingest.archival_package import ContentFile, Provenance, build, item_id
from shicheng.ingest.checking import faulty_items
from shicheng.ingest.errors import StagingLost
from shicheng.ingest.inspections import NotedInspections, noted
from shicheng.ingest.models import Transfer
from shicheng.ingest.papers import store_papers
from shicheng.ingest.staging import open_staged, staging_id, staging_of
from shicheng.ingest.stored_items import describe, read_items
from shicheng.jobs.run import Run
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_file
from shicheng.kernel.messages import message as _
from shicheng.packages.tree import materialise
from shicheng.packages.types import Package, PackageFile, PackageItem
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.types import ObjectDraft, StoredObject

BATCH = 500  # objects made durable together
BATCH_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Planned:
    """One accepted item with the id it gets."""

    id: UUID
    item: PackageItem

    @property
    def object_id(self) -> str:
        """Id of its object in the store."""
        return f"urn:uuid:{self.id}"


def store_accepted(run: Run, *, transfer_id: str, settings: Settings) -> dict[str, object]:
    """Store and register what was accepted of a transfer, then its papers; may be run again at any point."""
    transfer = selectors.transfer(run.actor, UUID(transfer_id))
    if transfer.state not in ("accepted", "partly_accepted"):
        return {"state": transfer.state}
    assert transfer.report is not None
    report = checks.load_report(transfer.report)
    store = storage.open_store(settings)
    with open_staged(transfer, settings) as package:
        faulty = faulty_items(report, package)
        planned = [
            Planned(item_id(transfer.pk, item.ref, place), item)
            for place, item in enumerate(package.items) if place not in faulty
        ]
        # An item that came with an earlier attempt of this transfer is here already.
        there = holdings.codes_of_transfer(transfer.number)
        waiting = [one for one in planned if one.item.ref not in there]
        _store_items(run, store, package, transfer, report, waiting, settings, done=len(planned) - len(waiting))
        papers = store_papers(
            store=store, package=package, transfer=transfer, report=report, accepted=len(planned),
            held=len(faulty), settings=settings,
        )
    services.finish_storing(
        actor=run.actor, transfer_id=transfer.pk, accepted=len(holdings.codes_of_transfer(transfer.number)),
        held=len(faulty), papers=papers,
    )
    # Nothing that was held lies here alone: the office has it, and the mended batch comes whole.
    staging_of(settings).discard(staging_id(transfer))
    return {"accepted": len(planned), "held": len(faulty)}


def _store_items(
    run: Run, store: Store, package: Package, transfer: Transfer, report: Report, waiting: Sequence[Planned],
    settings: Settings, *, done: int,
) -> None:
    provenance = _provenance(transfer, package)
    total = done + len(waiting)
    remarks = _remarks(report)
    scratch = Path(package.path) / "unpacked"
    run.progress(done, total)
    with noted(package.path) as notes:
        for batch in _batches(waiting):
            run.check_cancelled()
            built: list[tuple[ObjectDraft, NewItem]] = []
            known: list[str] = []
            for one in batch:
                contents = _contents(one.item, notes, scratch)
                if contents is None:
                    if not store.has(one.object_id):
                        raise _lost(transfer, one)
                    known.append(one.object_id)
                else:
                    built.append(build(
                        identifier=one.id, item=one.item, contents=contents, provenance=provenance,
                        findings=remarks.get((one.item.ref, one.item.row), []),
                    ))
            stored = store.put_objects([draft for draft, _row in built])
            rows = [row for _draft, row in built] + _read_back(store, known, settings)
            stored += [describe(store, object_id) for object_id in known]
            _register(run, transfer, package, rows, stored)
            done += len(batch)
            run.progress(done, total)


def _register(
    run: Run, transfer: Transfer, package: Package, rows: Sequence[NewItem], stored: Sequence[StoredObject]
) -> None:
    """One short transaction: rows of what is durable, and the log of it."""
    by_fonds: dict[str, list[NewItem]] = defaultdict(list)
    for row in rows:
        by_fonds[registry.fonds_code_of(row) or transfer.fonds_code].append(row)
    objects = {one.object_id: one for one in stored}
    with atomic():
        entries = []
        for code, items in by_fonds.items():
            name = items[0].elements.get("fonds_name") or transfer.fonds_name
            fonds = registry.found_fonds(actor=run.actor, code=code, name=name, agency=transfer.agency)
            registry.register_items(actor=run.actor, fonds=fonds, new_items=items)
            entries += [
                (events.ITEM_STORED, ("item", str(one.id)),
                 {"ref": one.ref, "transfer": transfer.number, "object": one.object_id,
                  "inventory": objects[one.object_id].inventory_digest})
                for one in items
            ]
        storage.register_objects(stored, kind="item")
        audit.append_many(run.actor, entries)


def _contents(item: PackageItem, notes: NotedInspections | None, scratch: Path) -> list[ContentFile] | None:
    """The files of an item where they lie now; None if a run before has moved them into the store."""
    contents = []
    for listed in item.files:
        file = listed.file
        if file is None:
            continue
        local = materialise(file, scratch)
        if not local.exists():
            return None
        digests = _digests(file, local)
        contents.append(
            ContentFile(
                listed=listed, name=file.path.rpartition("/")[2], raw_name=file.raw_path.rpartition(b"/")[2],
                local=local, size=file.size, digests=digests, inspection=notes.find(file.path) if notes else None,
            )
        )
    return contents


def _digests(file: PackageFile, local: Path) -> dict[str, str]:
    if all(name in file.digests for name in STORE_ALGORITHMS):
        return {name: file.digests[name] for name in STORE_ALGORITHMS}
    return digest_file(local, STORE_ALGORITHMS)[0]


def _batches(waiting: Sequence[Planned]) -> Iterator[list[Planned]]:
    batch: list[Planned] = []
    size = 0
    for one in waiting:
        batch.append(one)
        size += sum(listed.file.size for listed in one.item.files if listed.file is not None)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read_back(store: Store, object_ids: Sequence[str], settings: Settings) -> list[NewItem]:
    if not object_ids:
        return []
    budget = Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory)
    with InspectionPool(workers=1, budget=budget) as pool:
        return [item for item, _registered in read_items(store, object_ids, pool)]


def _remarks(report: Report) -> dict[tuple[str | None, int | None], list[dict[str, Any]]]:
    """What the check said about each item, to be kept with it."""
    remarks: dict[tuple[str | None, int | None], list[dict[str, Any]]] = defaultdict(list)
    for finding in report.findings:
        if finding.ref is not None:
            remarks[finding.ref, finding.row].append(json.loads(json.dumps(finding.to_record())))
    return remarks


def _provenance(transfer: Transfer, package: Package) -> Provenance:
    assert transfer.received_at is not None and transfer.decided_at is not None
    return Provenance(
        transfer=transfer.number, agency=transfer.agency, fonds_code=transfer.fonds_code,
        fonds_name=transfer.fonds_name, category="", received_at=transfer.received_at,
        checked_at=transfer.decided_at, accepted_at=transfer.decided_at, accepted_by=transfer.decided_by,
        report=str(transfer.report),
    )


def _lost(transfer: Transfer, one: Planned) -> StagingLost:
    return StagingLost(
        _("The staged files of %(ref)s in transfer %(number)s are gone and the store has no object for it.",
          ref=one.item.ref, number=transfer.number),
        hint=_("Return the transfer and ask the office to send it again."),
    )
