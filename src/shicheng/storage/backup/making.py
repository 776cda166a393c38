"""Making a backup while the archive is in use."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from shicheng.kernel import clock, sm2
from shicheng.kernel.digests import MultiHasher, digest_file, digest_stream
from shicheng.kernel.messages import message as _
from shicheng.settings.types import Settings
from shicheng.storage import durable
from shicheng.storage.backup import database, form
from shicheng.storage.backup.form import Digested, Header, ObjectRecord
from shicheng.storage.errors import BackupRefused, DamagedObject
from shicheng.storage.ocfl import layout
from shicheng.storage.ocfl.checking import ObjectReader
from shicheng.storage.ocfl.inventory import INVENTORY, Inventory
from shicheng.storage.opening import store_of
from shicheng.storage.types import Damage, Problem

Progress = Callable[[int, int], None]
"""Is told how many objects are done and how many are known of."""

_TOGETHER: Final = 500  # objects, or:
_TOGETHER_BYTES: Final = 256 << 20


@dataclass(slots=True)
class BackupReport:
    """What a backup did."""

    target: str
    name: str  # of the folder below archives/
    made_at: str = ""
    objects: int = 0
    bytes: int = 0
    copied_objects: int = 0
    copied_bytes: int = 0
    seconds: float = 0.0
    damaged: list[Damage] = field(default_factory=list)  # not copied: a backup must not spread damage

    def to_json(self) -> dict[str, Any]:
        """Return the form scripts read."""
        return asdict(self)


def backup(settings: Settings, target: Path, on_progress: Progress | None = None) -> BackupReport:
    """Back the whole archive up into `target`, adding only what is new; it may be in use meanwhile.

    The database is taken first: every object it promises is in the store by then, so it is in the
    backup. Killed at any point, the next backup goes on. Raises `BackupRefused`, `StoreFull`.
    """
    began = time.monotonic()
    target = target.absolute()
    for inside in (settings.store_path, settings.home):
        if target == inside or target.is_relative_to(inside) or inside.is_relative_to(target):
            raise BackupRefused(
                _(
                    "The backup folder %(target)s and the archive %(inside)s hold one another.",
                    target=target,
                    inside=inside,
                ),
                hint=_("Choose a folder outside of the archive, best on another disk."),
            )
    target.mkdir(parents=True, exist_ok=True)
    with _alone(target), durable.full_disk_named(target, needed=lambda: 0):
        moment = clock.now()
        report = BackupReport(str(target), moment.strftime("%Y%m%dT%H%M%S.%fZ"), moment.isoformat())
        previous = next(reversed(form.complete_backups(target)), None)
        folder = target / form.ARCHIVES / f".{report.name}"
        for left in (target / form.ARCHIVES).glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        files = _save_small_files(settings, folder)
        copier = _StoreCopier(settings, target, report, on_progress)
        manifest = copier.run(folder / form.MANIFEST, previous)
        header = Header(
            made_at=report.made_at, archive_name=settings.archive_name, database=database.kind_of(settings),
            objects=report.objects, size=report.bytes, manifest=manifest, files=files, root=copier.root,
        )  # fmt: skip
        (folder / form.HEADER).write_bytes(header.written())
        key = settings.keys_path / "audit.key"
        if key.exists() and sm2.available():
            (folder / form.SIGNATURE).write_bytes(sm2.sign(key.read_bytes(), header.written()))
        durable.sync_tree(target)
        folder.rename(target / form.ARCHIVES / report.name)
        durable.sync_folders([target / form.ARCHIVES], within=target)
    report.seconds = round(time.monotonic() - began, 3)
    return report


def _save_small_files(settings: Settings, folder: Path) -> dict[str, dict[str, Any]]:
    saved = [database.save(settings, folder)]
    if settings.settings_path.exists():
        saved.append(Path(shutil.copyfile(settings.settings_path, folder / form.SETTINGS)))
    if settings.keys_path.is_dir():
        (folder / form.KEYS).mkdir(mode=0o700)
        for key in sorted(settings.keys_path.iterdir()):
            if key.is_file():
                saved.append(Path(shutil.copyfile(key, folder / form.KEYS / key.name)))
                saved[-1].chmod(0o600)
    result = {}
    for path in saved:
        digests, size = digest_file(path, form.ALGORITHMS)
        result[path.relative_to(folder).as_posix()] = {"size": size, **digests}
    return result


class _StoreCopier:
    """Copies what is new in the store, object by object, each whole or not at all."""

    def __init__(self, settings: Settings, target: Path, report: BackupReport, on_progress: Progress | None) -> None:
        self._store = store_of(settings)
        self._target = target / form.STORE
        self._writing = target / "writing"
        self._report = report
        self._on_progress = on_progress
        self._waiting: list[tuple[Path, Path]] = []
        self._waiting_bytes = 0
        self.root: dict[str, dict[str, Any]] = {}

    def run(self, manifest: Path, previous: Path | None) -> dict[str, str]:
        """Copy, write the manifest, and return its digests."""
        shutil.rmtree(self._writing, ignore_errors=True)
        self._writing.mkdir()
        for name, content in layout.root_files().items():
            place = self._target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            digests, size = digest_file(place, form.ALGORITHMS)
            self.root[name] = {"size": size, **digests}
        known = iter(()) if previous is None else form.read_records(previous)
        record = next(known, None)
        hasher = MultiHasher(form.ALGORITHMS)
        with manifest.open("wb") as stream:
            for object_id in self._store.iter_objects():
                path = layout.object_path(object_id)
                while record is not None and record.path < path:
                    record = next(known, None)
                made = self._copy(object_id, path, record if record is not None and record.path == path else None)
                if made is None:
                    continue
                line = made.line()
                stream.write(line)
                hasher.update(line)
                self._report.objects += 1
                self._report.bytes += sum(one.size for one in made.files.values())
                if self._on_progress is not None:
                    self._on_progress(self._report.objects, self._report.objects)
        self._place()
        shutil.rmtree(self._writing, ignore_errors=True)
        return hasher.hexdigests()

    def _copy(self, object_id: str, path: str, known: ObjectRecord | None) -> ObjectRecord | None:
        reader = self._store.reader(object_id)
        there = self._target / path
        try:
            content = reader.read(INVENTORY)
            inventory = Inventory.parse(content)
            if (there / INVENTORY).exists() and (there / INVENTORY).read_bytes() == content:
                if known is not None and known.inventory_digest == inventory.digest:
                    return known
                # Copied by a backup that was killed: what its manifest would have said is found out again.
                return self._examine(object_id, path, there, inventory)
            return self._copy_object(object_id, path, reader, inventory)
        except (OSError, DamagedObject) as error:
            if isinstance(error, OSError) and error.errno in durable.FULL:
                raise
            self._report.damaged.append(Damage(object_id, INVENTORY, "unreadable"))
            return None

    def _copy_object(
        self, object_id: str, path: str, reader: ObjectReader, inventory: Inventory
    ) -> ObjectRecord | None:
        promised = _promised(inventory)
        waiting = self._writing / str(len(self._waiting))
        files: dict[str, Digested] = {}
        for name in sorted(reader.names()):
            copy = waiting / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            with reader.open(name) as stream, copy.open("xb", buffering=0) as target:
                digests, size = digest_stream(stream, (*form.ALGORITHMS, "sha512"), copy_to=target)
            if promised.get(name, digests["sha512"]) != digests["sha512"]:
                self._refuse(object_id, name, "changed", waiting)
                return None
            files[name] = Digested(size, digests["sha256"], digests["sm3"])
            self._waiting_bytes += size
        for name in promised:
            if name not in files:
                self._refuse(object_id, name, "missing", waiting)
                return None
        self._waiting.append((waiting, self._target / path))
        self._report.copied_objects += 1
        self._report.copied_bytes += sum(one.size for one in files.values())
        if len(self._waiting) >= _TOGETHER or self._waiting_bytes >= _TOGETHER_BYTES:
            self._place()
        return ObjectRecord(object_id, path, inventory.digest, files)

    def _refuse(self, object_id: str, name: str, problem: Problem, waiting: Path) -> None:
        self._report.damaged.append(Damage(object_id, name, problem))
        shutil.rmtree(waiting, ignore_errors=True)

    def _examine(self, object_id: str, path: str, there: Path, inventory: Inventory) -> ObjectRecord | None:
        promised = _promised(inventory)
        files: dict[str, Digested] = {}
        for here, _folders, names in os.walk(there):
            for name in names:
                one = Path(here, name)
                digests, size = digest_file(one, (*form.ALGORITHMS, "sha512"))
                relative = one.relative_to(there).as_posix()
                if promised.get(relative, digests["sha512"]) != digests["sha512"]:
                    raise DamagedObject(_("The backup's copy of %(path)s is damaged.", path=one))
                files[relative] = Digested(size, digests["sha256"], digests["sm3"])
        return ObjectRecord(object_id, path, inventory.digest, files)

    def _place(self) -> None:
        """Make what was copied durable and put it where it belongs."""
        if not self._waiting:
            return
        durable.sync_tree(self._writing)
        for waiting, place in self._waiting:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.exists() and not durable.exchange(str(waiting), str(place)):
                place.rename(waiting.with_name(waiting.name + ".old"))
            if waiting.exists() and not place.exists():
                waiting.rename(place)
        durable.sync_folders([place.parent for _waiting, place in self._waiting], within=self._writing)
        shutil.rmtree(self._writing)
        self._writing.mkdir()
        self._waiting, self._waiting_bytes = [], 0


def _promised(inventory: Inventory) -> dict[str, str]:
    return {path: digest for digest, paths in inventory.manifest.items() for path in paths}


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Keep a second backup into the same folder out."""
    lock = os.open(target / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BackupRefused(
            _("Another backup into %(target)s is running.", target=target), hint=_("Wait until it has ended.")
        ) from error
    finally:
        os.close(lock)
