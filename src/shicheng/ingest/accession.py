"""Accession 接收入库: accepted items become objects in the store, then rows, in batches.

What is durable comes before what promises it: a batch of objects is in the store before its rows commit. Every
item has the id it will always have, so a run that was cut off goes on: items with rows are passed over, items
that reached the store without rows are read back from it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.checks import selectors as checks
from shicheng.checks.types import Report
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget
from shicheng.holdings import selectors as holdings
from shicheng.holdings import services as registry
from shicheng.holdings.types import NewItem
from shicheng.ingest import events, selectors, services
from shicheng.ingest.archival_package import ContentFile, Provenance, item_id
from shicheng.ingest.building import Assembly, Built, build_here, builders, without_open_files
from shicheng.ingest.checking import faulty_items
from shicheng.ingest.errors import StagingLost
from shicheng.ingest.models import Transfer
from shicheng.ingest.papers import store_papers
from shicheng.ingest.staging import open_staged, staging_id, staging_of
from shicheng.ingest.stored_items import describe, read_items
from shicheng.ingest.types import Kept
from shicheng.jobs.run import Run
from shicheng.kernel.digests import STORE_ALGORITHMS, digest_file
from shicheng.kernel.messages import message as _
from shicheng.packages.tree import materialise
from shicheng.packages.types import Package, PackageFile, PackageItem
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.types import StoredObject

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
        if transfer.state == "stored":  # a run that was cut off between its last two steps
            staging_of(settings).discard(staging_id(transfer))
        return {"state": transfer.state}
    assert transfer.report is not None
    report = checks.load_report(transfer.report)
    store = storage.open_store(settings)
    with open_staged(transfer, settings) as package:
        faulty = faulty_items(report, package)
        planned = [
            Planned(item_id(transfer.pk, item.ref, place), item)
            for place, item in enumerate(package.items)
            if place not in faulty
        ]
        # An item that came with an earlier attempt of this transfer is here already.
        there = holdings.codes_of_transfer(transfer.number)
        waiting = [one for one in planned if one.item.ref not in there]
        _store_items(run, store, package, transfer, report, waiting, settings, done=len(planned) - len(waiting))
        kept = _kept(planned, transfer)
        accepted = holdings.count_of_transfer(transfer.number)
        papers = store_papers(
            store=store,
            package=package,
            transfer=transfer,
            report=report,
            accepted=accepted,
            held=len(faulty),
            settings=settings,
        )
    services.finish_storing(
        actor=run.actor,
        transfer_id=transfer.pk,
        accepted=accepted,
        held=len(faulty),
        papers=papers,
        kept=kept,
    )
    # Nothing that was held lies here alone: the office has it, and the mended batch comes whole.
    staging_of(settings).discard(staging_id(transfer))
    return {"accepted": accepted, "held": len(faulty)}


def _kept(planned: Sequence[Planned], transfer: Transfer) -> Kept:
    """What came again although an earlier attempt brought it."""
    assert transfer.decided_at is not None
    there = holdings.digests_of_transfer(transfer.number, before=transfer.decided_at)
    again = [one.item for one in planned if one.item.ref in there]
    differing = [
        item.ref
        for item in again
        if there[item.ref] != {listed.file.digests.get("sm3", "") for listed in item.files if listed.file is not None}
    ]
    return Kept(tuple(item.ref for item in again), tuple(differing))


def _store_items(
    run: Run,
    store: Store,
    package: Package,
    transfer: Transfer,
    report: Report,
    waiting: Sequence[Planned],
    settings: Settings,
    *,
    done: int,
) -> None:
    provenance = _provenance(transfer)
    staged = Path(package.path)
    total = done + len(waiting)
    run.progress(done, total)
    fresh, known = _assemble(store, transfer, waiting, _remarks(report), staged / "unpacked")
    for some in chunked(known, BATCH):
        # A run before stored these and was cut off before it wrote their rows.
        rows = _read_back(store, some, settings)
        _register(run, transfer, rows, [describe(store, object_id) for object_id in some])
        done += len(some)
        run.progress(done, total)
    for built in _built(store, provenance, staged, fresh, settings):
        _register(run, transfer, built.items, built.stored)
        done += len(built.items)
        run.progress(done, total)


def _assemble(
    store: Store,
    transfer: Transfer,
    waiting: Sequence[Planned],
    remarks: dict[tuple[str | None, int | None], list[dict[str, Any]]],
    scratch: Path,
) -> tuple[list[Assembly], list[str]]:
    """What is to be built, and the objects that are in the store already."""
    fresh: list[Assembly] = []
    known: list[str] = []
    for one in waiting:
        contents = _contents(one.item, scratch)
        if contents is not None:
            findings = remarks.get((one.item.ref, one.item.row), [])
            fresh.append(Assembly(one.id, without_open_files(one.item), tuple(contents), findings))
        elif store.has(one.object_id):
            known.append(one.object_id)
        else:
            raise _lost(transfer, one)
    return fresh, known


def _built(
    store: Store, provenance: Provenance, staged: Path, fresh: Sequence[Assembly], settings: Settings
) -> Iterator[Built]:
    if len(fresh) <= BATCH:
        for batch in _batches(fresh):
            yield build_here(store, provenance, staged, batch)
        return
    with builders(store, provenance, staged, workers=max(1, settings.workers - 1)) as build_all:
        yield from build_all(_batches(fresh))


def _register(run: Run, transfer: Transfer, rows: Sequence[NewItem], stored: Sequence[StoredObject]) -> None:
    """One short transaction: rows of what is durable, and the log of it."""
    by_fonds: dict[str, list[NewItem]] = defaultdict(list)
    for row in rows:
        by_fonds[registry.fonds_code_of(row) or transfer.fonds_code].append(row)
    objects = {one.object_id: one for one in stored}
    with atomic():
        entries = []
        for code, items in by_fonds.items():
            name = items[0].elements.get("fonds_name") or transfer.fonds_name
            fonds = registry.found_fonds(
                actor=run.actor, code=code, name=name, agency=transfer.agency, at=transfer.decided_at
            )
            registry.register_items(
                actor=run.actor, fonds=fonds, new_items=items, at=transfer.decided_at, by=transfer.decided_by
            )
            entries += [
                (
                    events.ITEM_STORED,
                    ("item", str(one.id)),
                    {
                        "ref": one.ref,
                        "transfer": transfer.number,
                        "object": one.object_id,
                        "inventory": objects[one.object_id].inventory_digest,
                    },
                )
                for one in items
            ]
        storage.register_objects(stored, kind="item")
        audit.append_many(run.actor, entries)


def _contents(item: PackageItem, scratch: Path) -> list[ContentFile] | None:
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
                listed=replace(listed, file=None),
                path=file.path,
                raw_path=file.raw_path,
                local=local,
                size=file.size,
                digests=digests,
            )
        )
    return contents


def _digests(file: PackageFile, local: Path) -> dict[str, str]:
    if all(name in file.digests for name in STORE_ALGORITHMS):
        return {name: file.digests[name] for name in STORE_ALGORITHMS}
    return digest_file(local, STORE_ALGORITHMS)[0]


def _batches(fresh: Sequence[Assembly]) -> Iterator[list[Assembly]]:
    batch: list[Assembly] = []
    size = 0
    for one in fresh:
        batch.append(one)
        size += sum(content.size for content in one.contents)
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


def _provenance(transfer: Transfer) -> Provenance:
    assert transfer.received_at is not None and transfer.decided_at is not None
    return Provenance(
        transfer=transfer.number,
        agency=transfer.agency,
        fonds_code=transfer.fonds_code,
        fonds_name=transfer.fonds_name,
        category="",
        received_at=transfer.received_at,
        checked_at=transfer.decided_at,
        accepted_at=transfer.decided_at,
        accepted_by=transfer.decided_by,
        report=str(transfer.report),
    )


def _lost(transfer: Transfer, one: Planned) -> StagingLost:
    return StagingLost(
        _(
            "The staged files of %(ref)s in transfer %(number)s are gone and the store has no object for it.",
            ref=one.item.ref,
            number=transfer.number,
        ),
        hint=_("Return the transfer and ask the office to send it again."),
    )
