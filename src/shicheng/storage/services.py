"""Promising objects, and comparing what is promised with what the store holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.db import DatabaseError

from shicheng.audit import services as audit
from shicheng.base.bulk_rows import insert_objects
from shicheng.base.db import atomic, chunked
from shicheng.kernel import clock
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings.types import Settings
from shicheng.storage import events, policies
from shicheng.storage.fixity import check_objects
from shicheng.storage.models import FixityRun, FoundDamage, PromisedObject
from shicheng.storage.ocfl.inventory import INVENTORY
from shicheng.storage.ocfl.layout import object_path
from shicheng.storage.opening import store_of
from shicheng.storage.ports import Store
from shicheng.storage.types import Damage, ObjectCheck, StoredObject, VerifyReport

Progress = Callable[[int, int], None]
"""Is told how many objects are done and how many there are."""

_BATCH = 500


def open_store(settings: Settings) -> Store:
    """Open the store the settings name; a new archive's is made.

    Once anything was promised a store that is not there is never made anew: its disk is not mounted.
    """
    store = store_of(settings)
    try:
        promised = PromisedObject.objects.exists()
    except DatabaseError:
        promised = False
    if promised:
        store.require()
    else:
        store.create()
    return store


def stored_object(store: Store, object_id: str) -> StoredObject:
    """An object that is in the store already, as storing it would have answered."""
    inventory = store.inventory(object_id)
    contents = tuple(inventory.files())
    brought = f"v{inventory.head}/content/"
    reader = store.reader(object_id)
    return StoredObject(
        object_id=object_id, version=inventory.head, path=object_path(object_id), files=len(contents),
        bytes=sum(reader.size(path) for path in reader.names() if path.startswith(brought)),
        inventory_digest=inventory.digest, is_new=False, contents=contents,
    )  # fmt: skip


def register_objects(stored: Sequence[StoredObject], *, kind: str, stored_at: datetime | None = None) -> None:
    """Promise to keep objects that are durable in the store.

    To be called inside `atomic()`, beside the rows that describe them and before the caller's own
    audit entry, which tells of the act. Promising one twice changes nothing; a newer version
    replaces what was promised.
    """
    at = stored_at or clock.now()
    for some in chunked(list(stored), _BATCH):
        known = set(
            PromisedObject.objects.filter(object_id__in=[one.object_id for one in some]).values_list(
                "object_id", "version"
            )
        )
        rows = [
            PromisedObject(
                object_id=one.object_id, kind=kind, version=one.version, files=one.files, bytes=one.bytes,
                inventory_digest=one.inventory_digest, stored_at=at,
            )
            for one in some
            if (one.object_id, one.version) not in known
        ]  # fmt: skip
        older = {object_id for object_id, _version in known}
        insert_objects([row for row in rows if row.object_id not in older])
        PromisedObject.objects.bulk_update(
            [row for row in rows if row.object_id in older],
            ["version", "files", "bytes", "inventory_digest", "stored_at", "state"],
        )


def verify(
    actor: Actor,
    settings: Settings,
    *,
    workers: int | None = None,
    rate: float | None = None,
    on_progress: Progress | None = None,
) -> VerifyReport:
    """Verify everything: each file with its inventory, the database with the store, and the store with the database.

    An object that was promised and is not there is "missing"; one that is there and was never
    promised is "extra". What is found is kept and logged. Raises `NotPermitted`, `StoreUnreachable`.
    """
    require(actor, policies.VERIFY)
    store = open_store(settings)
    began = clock.now()
    promised = dict(PromisedObject.objects.values_list("object_id", "inventory_digest").iterator())
    unseen = set(promised)
    total = len(unseen)
    report = VerifyReport()
    batch: list[ObjectCheck] = []
    for check in check_objects(store, store.iter_objects(), workers=workers or settings.workers, rate=rate):
        if check.object_id in unseen:
            unseen.discard(check.object_id)
            if check.inventory_digest not in ("", promised[check.object_id]) and _is_other(check):
                check = _with(check, Damage(check.object_id, INVENTORY, "inventory"))
        elif not PromisedObject.objects.filter(pk=check.object_id).exists():
            # Asked again, because one that was stored while we looked has got its row meanwhile.
            check = _with(check, Damage(check.object_id, "", "extra"))
        report.add(check)
        batch.append(check)
        if len(batch) >= _BATCH:
            _note(actor, batch)
            batch = []
        if on_progress is not None:
            on_progress(report.objects, max(total, report.objects))
    for object_id in sorted(unseen):
        check = ObjectCheck(object_id, 0, 0, (Damage(object_id, "", "missing"),))
        report.damaged.extend(check.damages)
        batch.append(check)
    batch.append(ObjectCheck("", 0, 0, tuple(store.iter_strays())))
    report.damaged.extend(batch[-1].damages)
    for some in chunked(batch, _BATCH):
        _note(actor, some)
    _finish(actor, "whole", began, report)
    return report


def verify_due(
    actor: Actor,
    settings: Settings,
    *,
    most_objects: int = 20_000,
    on_progress: Progress | None = None,
) -> VerifyReport:
    """Verify the promised objects that were not verified for longest, so that each has its turn within `verify_days`.

    Reads at most `verify_rate` bytes a second. Can be stopped between objects and goes on next time.
    """
    require(actor, policies.VERIFY)
    store = open_store(settings)
    began = clock.now()
    # A day's share is taken some days early, so that a day without the machine breaks no promise.
    before = began - timedelta(days=settings.verify_days * 0.9)
    due = list(
        PromisedObject.objects.filter(stored_at__lt=before, last_verified__isnull=True)
        .values_list("object_id", flat=True)
        .order_by("stored_at")[:most_objects]
    )
    due += (
        PromisedObject.objects.filter(last_verified__lt=before)
        .values_list("object_id", flat=True)
        .order_by("last_verified")[: most_objects - len(due)]
    )
    report = VerifyReport()
    found = check_objects(
        store, due, workers=1 if settings.verify_rate else settings.workers, rate=settings.verify_rate or None
    )
    try:
        while some := list(islice(found, 50)):
            for check in some:
                report.add(check)
            _note(actor, some)
            if on_progress is not None:
                on_progress(report.objects, len(due))
    finally:
        found.close()  # type: ignore[attr-defined]  # a generator: its processes are to end now
    if report.objects:
        _finish(actor, "due", began, report)
    return report


def _is_other(check: ObjectCheck) -> bool:
    """Tell whether a whole object is not the one promised even now: swapped for another or an older one."""
    return not PromisedObject.objects.filter(pk=check.object_id, inventory_digest=check.inventory_digest).exists()


def _with(check: ObjectCheck, damage: Damage) -> ObjectCheck:
    return ObjectCheck(check.object_id, check.files, check.bytes, (*check.damages, damage))


def _note(actor: Actor, checks: Sequence[ObjectCheck]) -> None:
    """Keep what a batch of checks found: state and time of each object, new damages, mended ones."""
    at = clock.now()
    by_state: dict[str, list[str]] = {"ok": [], "damaged": [], "missing": []}
    for check in checks:
        gone = any(one.problem == "missing" and one.path in ("", "inventory.json") for one in check.damages)
        by_state["missing" if gone else "damaged" if check.damages else "ok"].append(check.object_id)
    with atomic():
        for state, object_ids in by_state.items():
            PromisedObject.objects.filter(pk__in=object_ids).update(state=state, last_verified=at)
        entries = _note_damages(checks, at)
        if entries:
            audit.append_many(actor, entries)


def _note_damages(checks: Iterable[ObjectCheck], at: datetime) -> list[tuple[str, tuple[str, str], dict[str, str]]]:
    seen = {check.object_id: {(one.path[:1500], one.problem) for one in check.damages} for check in checks}
    known = FoundDamage.objects.filter(object_id__in=list(seen), mended_at__isnull=True)
    entries: list[tuple[str, tuple[str, str], dict[str, str]]] = []
    mended = []
    for row in known:
        place = (row.path, row.problem)
        if place in seen[row.object_id]:
            seen[row.object_id].discard(place)
        else:
            mended.append(row.pk)
            entries.append(
                (events.DAMAGE_MENDED, ("object", row.object_id), {"object": row.object_id, "path": row.path})
            )
    FoundDamage.objects.filter(pk__in=mended).update(mended_at=at)
    rows = [
        FoundDamage(object_id=object_id, path=path, problem=problem, found_at=at)
        for object_id, places in seen.items()
        for path, problem in sorted(places)
    ]
    FoundDamage.objects.bulk_create(rows)
    entries += [
        (
            events.DAMAGE_FOUND,
            ("object", row.object_id),
            {"object": row.object_id, "path": row.path, "problem": row.problem},
        )
        for row in rows
    ]
    return entries


def _finish(actor: Actor, scope: str, began: datetime, report: VerifyReport) -> None:
    with atomic():
        run = FixityRun.objects.create(
            scope=scope, started_at=began, finished_at=clock.now(), actor_name=actor.name[:200],
            objects_seen=report.objects, files_seen=report.files, bytes_read=report.bytes, damages=len(report.damaged),
        )  # fmt: skip
        details = {"scope": scope, "objects": report.objects, "files": report.files, "damages": len(report.damaged)}
        audit.append(actor, events.VERIFIED, ("fixity_run", str(run.pk)), details)
