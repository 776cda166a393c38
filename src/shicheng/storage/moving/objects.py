"""Carrying the store's objects: each verified where it lies, copied, read back and verified where it is to lie."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.messages import message as _
from shicheng.storage.errors import DamagedObject, MoveRefused, NoSuchObject
from shicheng.storage.moving.journal import Journal
from shicheng.storage.moving.types import CarriedObjects, Progress
from shicheng.storage.ocfl.checking import ObjectReader, Pace, check_object
from shicheng.storage.ocfl.inventory import INVENTORY
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.ocfl.reading import FolderReader
from shicheng.storage.ports import Store
from shicheng.storage.types import Damage, ObjectCheck

_LISTED: Final = 1000
_TO_FOLDER: Final = 64  # objects made durable together
_TO_BUCKET: Final = 8
_BLOCK: Final = 4 << 20


@dataclass(slots=True)
class _Carried:
    """What became of some objects."""

    verified: list[tuple[str, str]] = field(default_factory=list)
    skipped: int = 0
    copied: int = 0
    bytes: int = 0
    damaged: list[Damage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Due:
    """An object to be looked at, and what is known of it."""

    object_id: str
    digest: str  # of the inventory that was verified in the new store before; "" if none was
    is_there: bool


def carry_objects(
    source: Store, target: Store, journal: Journal, *, workers: int, scratch: Path, total: int, on_progress: Progress
) -> CarriedObjects:
    """Copy every object `target` does not hold yet, and verify all that no earlier run has verified.

    Damaged objects are named and not copied. Raises `MoveRefused` if the new store holds something else,
    `StoreUnreachable`, `StoreFull`; the next run goes on where this one stopped.
    """
    target.create()
    journal.note_present(_known_in(target, source, journal))
    is_remote = not (isinstance(source, LocalStore) and isinstance(target, LocalStore))
    result = CarriedObjects()
    size = _TO_FOLDER if isinstance(target, LocalStore) else _TO_BUCKET
    threads = max(1, workers) * (4 if is_remote else 1)
    carrier = _Carrier(source, target, scratch)
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    due = _due(source, journal)
    running: set[Future[_Carried]] = set()
    executor = ThreadPoolExecutor(threads, "move")
    try:
        while True:
            while len(running) < threads * 2 and (some := list(islice(due, size))):
                running.add(executor.submit(carrier.carry, some))
            if not running:
                return result
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                _add(result, future.result(), journal)
            on_progress(result.total, max(total, result.total), "objects")
    finally:
        executor.shutdown(cancel_futures=True)
        for future in running:  # what is whole in the new store need not be copied again
            if future.done() and not future.cancelled() and future.exception() is None:
                _add(result, future.result(), journal)
        shutil.rmtree(scratch, ignore_errors=True)


def _add(result: CarriedObjects, carried: _Carried, journal: Journal) -> None:
    journal.note(carried.verified)
    result.total += len(carried.verified) + carried.skipped + len({one.object_id for one in carried.damaged})
    result.verified += len(carried.verified)
    result.skipped += carried.skipped
    result.copied += carried.copied
    result.bytes += carried.bytes
    result.damaged.extend(carried.damaged)


def _known_in(target: Store, source: Store, journal: Journal) -> Iterator[str]:
    """Yield what the new store holds; it may hold nothing but objects of this archive."""
    listed = target.iter_objects()
    while some := list(islice(listed, _LISTED)):
        known = journal.verified(some)
        for object_id in some:
            if object_id not in known and not source.has(object_id):
                raise MoveRefused(
                    _(
                        "The store %(store)s holds the object %(id)s, which is not of this archive.",
                        store=target.address,
                        id=object_id,
                    ),
                    hint=_("Name an empty bucket, prefix or folder."),
                )
        yield from some


def _due(source: Store, journal: Journal) -> Iterator[_Due]:
    listed = source.iter_objects()
    while some := list(islice(listed, _LISTED)):
        present, verified = journal.present(some), journal.verified(some)
        for object_id in some:
            yield _Due(object_id, verified.get(object_id, ""), object_id in present)


class _Carrier:
    """Carries some objects at a time; used by many threads at once."""

    def __init__(self, source: Store, target: Store, scratch: Path) -> None:
        self._source, self._target, self._scratch = source, target, scratch

    def carry(self, some: Sequence[_Due]) -> _Carried:
        """Copy what is not there and verify all of it."""
        carried = _Carried()
        with tempfile.TemporaryDirectory(dir=self._scratch) as folder:
            digests: dict[str, str] = {}
            to_copy: dict[str, dict[str, Path]] = {}
            for number, due in enumerate(some):
                digest = self._digest(due.object_id)
                if due.is_there and digest and due.digest == digest:
                    carried.skipped += 1
                    continue
                if due.is_there and digest and self._target.inventory(due.object_id).digest == digest:
                    digests[due.object_id] = digest  # copied, and cut off before that was noted
                    continue
                check, where = self._fetch(due.object_id, Path(folder, str(number)))
                if check.damages:
                    carried.damaged.extend(check.damages)
                    continue
                if due.is_there:
                    self._require_older(due.object_id)
                digests[due.object_id] = check.inventory_digest
                to_copy[due.object_id] = {path: where / path for path in FolderReader(str(where)).names()}
                carried.copied += 1
                carried.bytes += check.bytes
            self._target.bring_objects(to_copy)
        for object_id, digest in digests.items():
            check = self._target.check(object_id)
            if check.damages or check.inventory_digest != digest:
                raise MoveRefused(
                    _(
                        "The object %(id)s did not arrive whole in %(store)s: %(path)s, %(problem)s.",
                        id=object_id,
                        store=self._target.address,
                        path=check.damages[0].path if check.damages else INVENTORY,
                        problem=check.damages[0].problem if check.damages else "changed",
                    ),
                    hint=_(
                        "Look at the disk or service of the new store. If somebody stored a version meanwhile, "
                        "just start the move again."
                    ),
                )
            carried.verified.append((object_id, digest))
        return carried

    def _digest(self, object_id: str) -> str:
        try:
            return self._source.inventory(object_id).digest
        except (DamagedObject, NoSuchObject, OSError):  # damaged: what it lacks is found when it is verified
            return ""

    def _fetch(self, object_id: str, folder: Path) -> tuple[ObjectCheck, Path]:
        """Verify an object where this machine can read it; return what was found and the folder it lies in."""
        if isinstance(self._source, LocalStore):
            return self._source.check(object_id), Path(self._source.folder(object_id))
        reader = self._source.reader(object_id)
        for path in reader.names():
            copy = folder / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            with reader.open(path) as stream, copy.open("xb", buffering=0) as target:
                shutil.copyfileobj(stream, target, _BLOCK)
        return check_object(FolderReader(str(folder)), object_id, Pace(None)), folder

    def _require_older(self, object_id: str) -> None:
        """What the new store holds under the same name must be an earlier state of the same object."""
        there = self._target.inventory(object_id)
        if version_digest(self._source.reader(object_id), there.head) != there.digest:
            raise MoveRefused(
                _(
                    "The store %(store)s holds another object under the name %(id)s.",
                    store=self._target.address,
                    id=object_id,
                ),
                hint=_("Name an empty bucket, prefix or folder."),
            )


def version_digest(reader: ObjectReader, version: int) -> str:
    """Return the digest the inventory had when an object had `version` versions; "" if it never had."""
    try:
        return digest_bytes(reader.read(f"v{version}/{INVENTORY}"), "sha512")
    except OSError:
        return ""


def not_as_promised(store: Store, journal: Journal, promised: Iterator[tuple[str, int, str]]) -> list[str]:
    """Return the objects the database promises (id, version, digest) that were not carried as promised."""
    wrong = []
    while some := list(islice(promised, _LISTED)):
        verified = journal.verified([object_id for object_id, _version, _digest in some])
        for object_id, version, digest in some:
            found = verified.get(object_id)
            if found == digest:
                continue
            # It got a version that the database does not know yet: the job that stored it goes on later.
            if found is None or version_digest(store.reader(object_id), version) != digest:
                wrong.append(object_id)
    return wrong
