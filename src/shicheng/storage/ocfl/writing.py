"""Writing a batch of objects: everything under temporary names, one sync, then the renames."""

# Bare names: path objects would cost a third of the speed with small files.
# ruff: noqa: PTH101, PTH102, PTH103, PTH104, PTH106, PTH116, PTH119, PTH123

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shicheng.kernel.digests import digest_bytes, digest_file, digest_stream
from shicheng.kernel.messages import message as _
from shicheng.storage import durable
from shicheng.storage.errors import BadDraft, DigestMismatch, NoSuchObject, ObjectConflict
from shicheng.storage.ocfl import layout
from shicheng.storage.ocfl.inventory import (
    INVENTORY,
    SIDECAR,
    Hashed,
    Inventory,
    VersionPlan,
    match_existing,
    plan_version,
    require_logical_paths,
)
from shicheng.storage.types import DraftFile, ObjectDraft, StoredObject

if TYPE_CHECKING:
    from shicheng.storage.ocfl.local import LocalStore

_READ_ONLY: Final = 0o444
_OVERHEAD: Final = 11 * 4096  # mark, inventories, sidecars and folders of an object
_TAKEN: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST})
_NO_LINK: Final = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES})


@dataclass(frozen=True, slots=True)
class _Written:
    """An object that waits in the working area to be renamed into place."""

    draft: ObjectDraft
    plan: VersionPlan
    waiting: str
    path: str  # below the root
    size: int
    state: dict[str, str]
    base_digest: str  # of the inventory the new version was planned on; "" for a new object


class BatchWriter:
    """Writes one batch into `folder`, which is on the store's file system and removed by its owner."""

    def __init__(self, store: LocalStore, folder: Path, drafts: Sequence[ObjectDraft]) -> None:
        self._store = store
        self._folder = str(folder)
        self._drafts = drafts
        self._mark = f"{folder}/mark"
        self._copies = count(1)
        self._moved: list[Path] = []

    def run(self) -> list[StoredObject]:
        """Store the batch."""
        needed = self._needed()
        with durable.full_disk_named(self._store.root, needed=lambda: needed, kept_free=self._store.kept_free):
            durable.require_room(
                self._store.root, needed=needed, files=16 * len(self._drafts), kept_free=self._store.kept_free
            )
            _write_file(self._mark, layout.OBJECT_MARK[1])
            prepared = [self._prepare(number, draft) for number, draft in enumerate(self._drafts)]
            written = [entry for entry in prepared if isinstance(entry, _Written)]
            if written:
                durable.sync_tree(Path(self._folder))
                result = [self._place(entry) if isinstance(entry, _Written) else entry for entry in prepared]
                parents = {f"{self._store.address}/{entry.path.rpartition('/')[0]}" for entry in written}
                above = {parent.rpartition("/")[0] for parent in parents}
                durable.sync_folders([*parents, *above, self._store.root], within=self._store.root)
            else:
                result = [entry for entry in prepared if isinstance(entry, StoredObject)]
        for source in self._moved:
            source.unlink(missing_ok=True)
        return result

    def _needed(self) -> int:
        needed = _OVERHEAD * len(self._drafts)
        seen: set[str] = set()
        for draft in self._drafts:
            if draft.object_id in seen:
                raise BadDraft(
                    _("The object %(id)s is twice in one batch.", id=draft.object_id), hint=_("Give each object once.")
                )
            seen.add(draft.object_id)
            for file in draft.files:
                if isinstance(file.source, bytes):
                    needed += -(-len(file.source) // 4096) * 4096
                elif file.source is not None and not file.move and file.source.exists():
                    needed += -(-file.source.stat().st_size // 4096) * 4096
        return needed

    def _prepare(self, number: int, draft: ObjectDraft) -> _Written | StoredObject:
        paths = require_logical_paths(file.logical_path for file in draft.files)
        path = layout.object_path(draft.object_id)
        found = self._store.find_inventory(draft.object_id)
        if draft.base is not None and found is None:
            raise NoSuchObject(
                _("The object %(id)s is not there, so it can get no new version.", id=draft.object_id),
                hint=_("Store its first version first."),
            )
        if found is not None:
            # Hash without copying: most often this is the leftover of a crash, and all of it is there.
            state = {
                logical: _known_sha512(file, logical, found) for logical, file in zip(paths, draft.files, strict=True)
            }
            stored = match_existing(draft, found, state, path)
            if stored is not None:
                self._moved += [file.source for file in draft.files if file.move and isinstance(file.source, Path)]
                return self._measured(stored)
        waiting = f"{self._folder}/{number}"
        hashed: list[Hashed] = []
        payloads: list[bytes | str | Path | None] = []
        for logical, file in zip(paths, draft.files, strict=True):
            digests, payload = self._payload(file, logical, found)
            hashed.append(Hashed(logical, digests["sha512"], digests["sha256"]))
            payloads.append(payload)
        plan = plan_version(draft, hashed, found)
        size = self._write(waiting, plan, payloads)
        if found is not None:
            _link_versions(f"{self._store.address}/{path}", waiting, found.head)
        state = {one.logical_path: one.sha512 for one in hashed}
        return _Written(draft, plan, waiting, path, size, state, "" if found is None else found.digest)

    def _payload(
        self, file: DraftFile, logical: str, base: Inventory | None
    ) -> tuple[dict[str, str], bytes | str | Path | None]:
        """Return the digests of a file and what to write: bytes, a copy of ours (text), or a file to link."""
        source, promised = file.source, file.digests or {}
        if source is None:
            return _taken_over(logical, base), None
        if isinstance(source, bytes) and file.move and "sha512" in promised and "sha256" in promised:
            return {name: digest.lower() for name, digest in promised.items()}, source
        if isinstance(source, bytes):
            found = {"sha512": hashlib.sha512(source).hexdigest(), "sha256": hashlib.sha256(source).hexdigest()}
            for name, digest in promised.items():
                if (found.get(name) or digest_bytes(source, name)) != digest.lower():
                    raise mismatch(logical, name)
            return found, source
        _require_regular(source, logical)
        if file.move:
            missing = [name for name in ("sha512", "sha256") if name not in promised]
            found = {name: digest.lower() for name, digest in promised.items()}
            return (found | digest_file(source, missing)[0] if missing else found), source
        copy = f"{self._folder}/copy-{next(self._copies)}"
        with source.open("rb", buffering=0) as stream, open(copy, "xb", buffering=0) as target:
            found, _size = digest_stream(stream, ("sha512", "sha256", *promised), copy_to=target)
            os.fchmod(target.fileno(), _READ_ONLY)
        for name, digest in promised.items():
            if found[name] != digest.lower():
                raise mismatch(logical, name)
        return found, copy

    def _write(self, waiting: str, plan: VersionPlan, payloads: Sequence[bytes | str | Path | None]) -> int:
        version = f"{waiting}/v{plan.number}"
        os.mkdir(waiting)
        os.mkdir(version)
        made = {waiting, version}
        size = 0
        for content_path, index in plan.new:
            target = f"{waiting}/{content_path}"
            _make_folders(target, made)
            payload = payloads[index]
            if isinstance(payload, bytes):
                size += len(payload)
                _write_file(target, payload)
            elif isinstance(payload, str):
                size += os.stat(payload).st_size
                os.rename(payload, target)
            else:
                assert payload is not None
                size += payload.stat().st_size
                self._link(payload, target)
        self._moved += [payload for payload in payloads if isinstance(payload, Path)]
        _write_file(f"{version}/{INVENTORY}", plan.inventory)
        _write_file(f"{version}/{SIDECAR}", plan.sidecar)
        _write_file(f"{waiting}/{INVENTORY}", plan.inventory)
        # What can be written again from nothing shares its bytes: fewer inodes, half the time for a small object.
        # The inventory does not: its copy is what a damaged object is read with.
        _link_or_write(f"{version}/{SIDECAR}", f"{waiting}/{SIDECAR}", plan.sidecar)
        _link_or_write(self._mark, f"{waiting}/{layout.OBJECT_MARK[0]}", layout.OBJECT_MARK[1])
        return size

    def _link(self, source: Path, target: str) -> None:
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            # Another file system: the bytes must be copied after all.
            durable.require_room(self._store.root, needed=source.stat().st_size, kept_free=self._store.kept_free)
            shutil.copyfile(source, target, follow_symlinks=False)
        os.chmod(target, _READ_ONLY)

    def _place(self, entry: _Written) -> StoredObject:
        target = f"{self._store.address}/{entry.path}"
        if entry.plan.number > 1:
            with self._store.placing_versions():
                self._replace(entry, target)
        else:
            try:
                try:
                    os.rename(entry.waiting, target)
                except FileNotFoundError:
                    self._place_first(entry.waiting, target)
            except OSError as error:
                if error.errno not in _TAKEN:
                    raise
                # Somebody else stored it meanwhile; a folder that is no object is refused by name.
                stored = match_existing(
                    entry.draft, self._store.inventory(entry.draft.object_id), entry.state, entry.path
                )
                assert stored is not None
                return self._measured(stored)
        files = entry.plan.contents
        return StoredObject(
            entry.draft.object_id,
            entry.plan.number,
            entry.path,
            len(files),
            entry.size,
            entry.plan.digest,
            is_new=True,
            contents=files,
        )

    def _place_first(self, waiting: str, target: str) -> None:
        """Place the first object of a folder together with it: no death may leave a folder without an object, which
        OCFL does not allow (1.1, 4.2)."""
        parent, name = os.path.split(target)
        folder = f"{self._folder}/{os.path.basename(parent)}.first"
        os.mkdir(folder)
        os.rename(waiting, f"{folder}/{name}")
        try:
            os.rename(folder, parent)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
            os.rename(f"{folder}/{name}", target)  # somebody else made the folder meanwhile
            os.rmdir(folder)

    def _measured(self, stored: StoredObject) -> StoredObject:
        """Count the bytes the newest version brought, as when it was written."""
        brought = {file.content_path for file in stored.contents if file.content_path.startswith(f"v{stored.version}/")}
        folder = f"{self._store.address}/{stored.path}"
        return replace(stored, bytes=sum(os.stat(f"{folder}/{path}").st_size for path in brought))

    def _replace(self, entry: _Written, target: str) -> None:
        """Put the object with its new version in the place of the one without, in one step where possible."""
        if self._store.inventory(entry.draft.object_id).digest != entry.base_digest:
            raise ObjectConflict(
                _("The object %(id)s got a version from somebody else meanwhile.", id=entry.draft.object_id),
                hint=_("Look at its newest version and decide again."),
            )
        if durable.exchange(entry.waiting, target):
            return
        old = f"{self._folder}/old"
        os.makedirs(old, exist_ok=True)
        os.rename(target, f"{old}/{os.path.basename(entry.waiting)}")
        os.rename(entry.waiting, target)


def _known_sha512(file: DraftFile, logical: str, existing: Inventory) -> str:
    if file.digests and "sha512" in file.digests and (file.move or file.source is None):
        return file.digests["sha512"].lower()
    if file.source is None:
        return _taken_over(logical, existing)["sha512"]
    if isinstance(file.source, bytes):
        return hashlib.sha512(file.source).hexdigest()
    if not file.source.exists() and file.digests and "sha512" in file.digests:
        return file.digests["sha512"].lower()
    _require_regular(file.source, logical)
    return digest_file(file.source, ("sha512",))[0]["sha512"]


def _taken_over(logical: str, base: Inventory | None) -> dict[str, str]:
    digest = None if base is None else base.state().get(logical)
    if base is None or digest is None:
        raise BadDraft(
            _("The file %(path)s has no content, and no earlier version has it.", path=logical),
            hint=_("Give the file's bytes or where they are."),
        )
    paths = base.manifest[digest]
    sha256 = next(
        (
            name
            for name, places in base.document.get("fixity", {}).get("sha256", {}).items()
            if set(places) & set(paths)
        ),
        "",
    )
    return {"sha512": digest, "sha256": sha256}


def _require_regular(source: Path, logical: str) -> None:
    try:
        mode = source.lstat().st_mode
    except FileNotFoundError as error:
        raise BadDraft(
            _("The file %(source)s, to be stored as %(path)s, is not there.", source=source, path=logical),
            hint=_("Stage the transfer again."),
        ) from error
    if not stat.S_ISREG(mode):
        raise BadDraft(
            _("%(source)s, to be stored as %(path)s, is not an ordinary file.", source=source, path=logical),
            hint=_("Only ordinary files are stored; a link must be replaced by the file it means."),
        )


def mismatch(logical: str, algorithm: str) -> DigestMismatch:
    """What to say of a file whose bytes are others than a digest promises."""
    return DigestMismatch(
        _(
            "The file %(path)s has other bytes than its %(algorithm)s digest promises.",
            path=logical,
            algorithm=algorithm,
        ),
        hint=_("Stage the transfer again; if it happens again, look at the disk."),
    )


def _make_folders(target: str, made: set[str]) -> None:
    folder = target.rpartition("/")[0]
    missing = []
    while folder not in made:
        missing.append(folder)
        folder = folder.rpartition("/")[0]
    for folder in reversed(missing):
        os.mkdir(folder)
        made.add(folder)


def _write_file(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _READ_ONLY)
    try:
        if content:
            durable.write_all(descriptor, content)
    finally:
        os.close(descriptor)


def _link_or_write(source: str, target: str, content: bytes) -> None:
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        _write_file(target, content)


def _link_versions(existing: str, waiting: str, head: int) -> None:
    """Let the new object folder share the files of the versions before."""
    for number in range(1, head + 1):
        base = f"{existing}/v{number}"
        for here, _folders, files in os.walk(base):
            into = f"{waiting}/v{number}{here[len(base) :]}"
            os.makedirs(into, exist_ok=True)
            for name in files:
                os.link(f"{here}/{name}", f"{into}/{name}", follow_symlinks=False)
