"""Making an archive from a backup."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from shicheng.kernel.digests import digest_file, digest_stream
from shicheng.kernel.messages import message as _
from shicheng.settings import load
from shicheng.settings.types import Settings
from shicheng.storage import durable
from shicheng.storage.backup import database, form
from shicheng.storage.backup.form import Digested, Header, ObjectRecord
from shicheng.storage.errors import BackupRefused
from shicheng.storage.ocfl.local import LocalStore
from shicheng.storage.opening import store_of

Progress = Callable[[int, int], None]
"""Is told how many objects are back and how many there are."""


@dataclass(slots=True)
class RestoreReport:
    """What a restore did."""

    home: str
    name: str
    made_at: str
    objects: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the form scripts read."""
        return asdict(self)


def restore(backup: Path, home: Path, *, name: str = "", on_progress: Progress | None = None) -> RestoreReport:
    """Make the archive `home` from the newest backup in `backup`, or from the one called `name`.

    Every digest is verified. The archive appears in one step when all of it is there; a home, store
    or database that is not empty is refused. Raises `BackupRefused`, `StoreFull`.
    """
    began = time.monotonic()
    backup, home = backup.absolute(), home.absolute()
    folder = _choose(backup, name)
    header = form.read_header(folder)
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise BackupRefused(
            _("The folder %(home)s is not empty, so no archive can be restored into it.", home=home),
            hint=_("Choose a folder that is empty or not there yet."),
        )
    _require(folder / form.MANIFEST, header.manifest)
    home.parent.mkdir(parents=True, exist_ok=True)
    making = home.with_name(f"{home.name}.restoring-{uuid.uuid4().hex[:8]}")
    report = RestoreReport(str(home), folder.name, header.made_at)
    with durable.full_disk_named(home.parent, needed=lambda: header.size):
        durable.require_room(home.parent, needed=header.size)
        try:
            making.mkdir(mode=0o700)
            saved = _bring_small_files(folder, making, header)
            settings = load(making)
            _require_fit(settings, header)
            _bring_store(backup, folder, making, settings, header, report, on_progress)
            database.bring_back(saved, settings)
            durable.sync_tree(making)
            making.rename(home)
            durable.sync_folders([home.parent], within=home.parent)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    report.seconds = round(time.monotonic() - began, 3)
    return report


def _choose(backup: Path, name: str) -> Path:
    found = form.complete_backups(backup)
    chosen = [one for one in found if not name or one.name == name]
    if not chosen:
        raise BackupRefused(
            _("There is no complete backup in %(folder)s.", folder=backup)
            if not found
            else _("There is no backup %(name)s in %(folder)s.", name=name, folder=backup),
            hint=_("Name the folder that was given to “shicheng backup”."),
        )
    return chosen[-1]


def _bring_small_files(folder: Path, making: Path, header: Header) -> Path:
    """Copy settings and keys into the new home and return where the database was saved."""
    saved = None
    for name, digests in header.files.items():
        _require(folder / name, {key: value for key, value in digests.items() if key != "size"})
        if name in (form.SQLITE, form.DUMP):
            saved = folder / name
            continue
        target = making / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(folder / name, target)
        target.chmod(0o600)
    if saved is None:
        raise BackupRefused(_("The backup %(folder)s holds no database.", folder=folder))
    return saved


def _require_fit(settings: Settings, header: Header) -> None:
    kind = database.kind_of(settings)
    if kind != header.database:
        raise BackupRefused(
            _("The backup holds a database of %(saved)s, the settings name one of %(named)s.",
              saved=header.database, named=kind),
            hint=_(
                "Restore with the same kind of database, then carry the archive to the other with “shicheng move --to”."
            ),
        )  # fmt: skip
    database.require_empty(settings)


def _bring_store(
    backup: Path,
    folder: Path,
    making: Path,
    settings: Settings,
    header: Header,
    report: RestoreReport,
    on_progress: Progress | None,
) -> None:
    store = store_of(settings)
    if isinstance(store, LocalStore):
        if store.root.exists() and any(store.root.iterdir()):
            raise BackupRefused(
                _("The store %(folder)s is not empty, so no archive can be restored into it.", folder=store.root),
                hint=_("Move it away, or name another folder in the setting store."),
            )
    elif next(iter(store.iter_objects()), None) is not None:
        raise BackupRefused(
            _("The store %(folder)s is not empty, so no archive can be restored into it.", folder=store.address),
            hint=_("Name another bucket or prefix in the setting store."),
        )
    store.create()
    for record in form.read_records(folder):
        source = backup / form.STORE / record.path
        if isinstance(store, LocalStore):
            _copy_object(source, Path(store.folder(record.object_id)), record)
        else:
            for name, digested in record.files.items():
                _require(source / name, {"sha256": digested.sha256, "sm3": digested.sm3})
            store.bring_objects({record.object_id: {name: source / name for name in record.files}})
        report.objects += 1
        report.bytes += sum(one.size for one in record.files.values())
        if on_progress is not None:
            on_progress(report.objects, header.objects)
    if isinstance(store, LocalStore) and not store.root.is_relative_to(making):
        durable.sync_tree(store.root)


def _copy_object(source: Path, target: Path, record: ObjectRecord) -> None:
    for name, promised in record.files.items():
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            with (source / name).open("rb", buffering=0) as stream, copy.open("xb", buffering=0) as written:
                digests, size = digest_stream(stream, form.ALGORITHMS, copy_to=written)
        except FileNotFoundError as error:
            raise _damaged(source / name) from error
        if Digested(size, digests["sha256"], digests["sm3"]) != promised:
            raise _damaged(source / name)
        copy.chmod(0o444)


def _require(path: Path, promised: dict[str, str]) -> None:
    try:
        found, _size = digest_file(path, promised)
    except FileNotFoundError as error:
        raise _damaged(path) from error
    if found != promised:
        raise _damaged(path)


def _damaged(path: Path) -> BackupRefused:
    return BackupRefused(
        _("The file %(path)s of the backup is damaged or missing.", path=path),
        hint=_("Choose another backup of this archive."),
    )
