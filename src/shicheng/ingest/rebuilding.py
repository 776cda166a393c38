"""Making the database anew from the store alone.

The store keeps everything that was accepted: items with their descriptions, transfers with their papers and
reports, and the audit log in signed segments. Accounts are not in the store: they come from a backup, or are made
again. Safe to run twice and over a database that has some of it already.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.audit.segments import import_segments
from shicheng.base.db import atomic, chunked
from shicheng.checks.keeping_reports import restore_reports
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget
from shicheng.holdings import services as holdings
from shicheng.holdings.past_rows import restore_edits
from shicheng.holdings.types import NewItem
from shicheng.ingest import events, policies
from shicheng.ingest.models import Transfer
from shicheng.ingest.papers import FIELDS, MOMENTS
from shicheng.ingest.stored_items import DESCRIPTION, describe, read_items
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.search.building import rebuild_index
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.log_keeping import is_log_object, log_segments
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act, Restorer, carry_out

BATCH = 200
Progress = Callable[..., None]
# What the papers say of each attempt, by number and moment of decision: an item was accepted at that moment.
Attempts = dict[tuple[str, datetime | None], dict[str, Any]]


@dataclass(slots=True)
class Rebuilt:
    """What was made anew."""

    transfers: int = 0
    items: int = 0
    entries: int = 0
    others: int = 0
    strange: int = 0

    def to_json(self) -> dict[str, int]:
        """For `--json`."""
        return {
            "transfers": self.transfers,
            "items": self.items,
            "audit_entries": self.entries,
            "imports": self.others,
            "unknown": self.strange,
        }


def rebuild_archive(
    *,
    actor: Actor,
    settings: Settings,
    restorers: Sequence[Restorer] = (),
    progress: Progress = lambda done, total=None, note="": None,
) -> Rebuilt:
    """Read the whole store and write the rows that are missing; then make the index anew."""
    require(actor, policies.REBUILD)
    store = storage.open_store(settings)
    made = Rebuilt()
    items, transfers, logs, others = _sort(store)
    # The log first: what is logged from now on stands behind what it tells.
    made.entries = import_segments(segment for object_id in logs for segment in log_segments(store, object_id))
    with atomic():
        storage.register_objects([describe(store, object_id) for object_id in logs], kind="audit")
    names: Attempts = {}
    for object_id in transfers:
        attempts, new = _bring_transfer(store, object_id)
        names.update({(record["number"], _moment(record["decided_at"])): record for record in attempts})
        made.transfers += new
    budget = Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory)
    with InspectionPool(workers=settings.workers, budget=budget) as pool:
        for part in chunked(items, BATCH):
            made.items += _bring_items(actor, store, part, pool, names)
            progress(made.items, len(items))
    acts: list[Act] = []
    for restorer in restorers:
        claimed = [object_id for object_id in others if restorer.claims(store, object_id)]
        acts += restorer.acts(actor, store, claimed, settings)
        others = [object_id for object_id in others if object_id not in set(claimed)]
    made.others = carry_out(acts)
    made.strange = len(others)
    with atomic():
        audit.append(actor, events.REBUILT, None, {"transfers": made.transfers, "items": made.items})
    rebuild_index(settings.index_path, progress=progress)
    return made


def _sort(store: Store) -> tuple[list[str], list[str], list[str], list[str]]:
    """Tell the objects of the store apart: items, transfers, the audit log, and others."""
    items: list[str] = []
    transfers: list[str] = []
    logs: list[str] = []
    others: list[str] = []
    for object_id in store.iter_objects():
        if is_log_object(object_id):
            logs.append(object_id)
            continue
        paths = store.inventory(object_id).state()
        if DESCRIPTION in paths:
            items.append(object_id)
        elif any(path.endswith("/transfer.json") for path in paths):
            transfers.append(object_id)
        else:
            others.append(object_id)
    return sorted(items), sorted(transfers), sorted(logs), sorted(others)


def _bring_transfer(store: Store, object_id: str) -> tuple[list[dict[str, Any]], bool]:
    numbers = sorted(
        int(path.split("/")[0].rpartition("-")[2])
        for path in store.inventory(object_id).state()
        if path.endswith("/transfer.json")
    )
    attempts = [_read_json(store, object_id, f"attempt-{number}/transfer.json") for number in numbers]
    record = attempts[-1]
    with atomic():
        fields = {name: record[name] for name in FIELDS}
        moments = {name: _moment(record[name]) for name in MOMENTS}
        _row, new = Transfer.objects.get_or_create(
            pk=UUID(record["id"]),
            defaults={
                **fields,
                **moments,
                "state": "stored",
                "report": UUID(record["report"]),
                "accepted": record["accepted"],
                "held": record["held"],
            },
        )
        # The newest attempt's papers tell of all reports there were.
        restore_reports(_read_json(store, object_id, f"attempt-{numbers[-1]}/reports.json"))
        storage.register_objects([describe(store, object_id)], kind="transfer")
    return attempts, new


def _bring_items(
    actor: Actor, store: Store, object_ids: Sequence[str], pool: InspectionPool, attempts: Attempts
) -> int:
    new = 0
    by_fonds: dict[tuple[str, str, str, datetime, str], list[NewItem]] = defaultdict(list)
    for item, registered in read_items(store, object_ids, pool):
        record = attempts.get((item.transfer, registered), {})
        code = holdings.fonds_code_of(item) or record.get("fonds_code", "")
        name = item.elements.get("fonds_name") or record.get("fonds_name", "")
        by_fonds[code, name, record.get("agency", ""), registered, record.get("decided_by", "")].append(item)
    with atomic():
        # The oldest first: it was they who founded the fonds.
        for (code, name, agency, registered, by), items in sorted(by_fonds.items(), key=lambda one: one[0][3]):
            fonds = holdings.found_fonds(actor=actor, code=code, name=name, agency=agency, at=registered, restored=True)
            new += holdings.register_items(actor=actor, fonds=fonds, new_items=items, at=registered, by=by)
        restore_edits([item for items in by_fonds.values() for item in items])
        storage.register_objects([describe(store, object_id) for object_id in object_ids], kind="item")
    return new


def _read_json(store: Store, object_id: str, path: str) -> Any:
    with store.open(object_id, path) as stream:
        return json.loads(stream.read())


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
