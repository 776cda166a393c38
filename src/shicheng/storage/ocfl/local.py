"""An OCFL store in a folder of this machine."""

# Bare names: path objects would cost a third of the speed with small files.
# ruff: noqa: PTH104, PTH110, PTH123

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

from shicheng.kernel.messages import message as _
from shicheng.storage import durable
from shicheng.storage.errors import BadStore, DamagedObject, NoSuchObject
from shicheng.storage.ocfl import layout
from shicheng.storage.ocfl.checking import ObjectReader, Pace, check_object
from shicheng.storage.ocfl.inventory import INVENTORY, Inventory
from shicheng.storage.ocfl.reading import FolderReader
from shicheng.storage.ocfl.working import WorkingArea
from shicheng.storage.ocfl.writing import BatchWriter
from shicheng.storage.types import Damage, ObjectCheck, ObjectDraft, StoredObject


class LocalStore:
    """Keeps OCFL objects in a folder; safe for several processes and threads at once.

    `free_bytes` stay free on its disk. Two processes that store the same object agree: the second
    finds it there.
    """

    def __init__(self, root: Path | str, *, free_bytes: int = 0) -> None:
        self.root = Path(root).absolute()
        self.kept_free = free_bytes
        self._area = WorkingArea(self.root, self._recover)
        self._text = str(self.root)

    def __reduce__(self) -> tuple[Callable[..., LocalStore], tuple[Any, ...]]:
        return _reopen, (str(self.root), self.kept_free)

    @property
    def address(self) -> str:
        """The folder."""
        return self._text

    def create(self) -> None:
        """Make an empty store if there is none; raise `BadStore` if something else is there."""
        files = layout.root_files()
        mark = self.root / layout.ROOT_MARK[0]
        if mark.exists():
            for name, content in files.items():
                if name.startswith(("ocfl_layout", "extensions/")):
                    self._require_same(name, content)
            return
        present = {entry.name for entry in self.root.iterdir()} if self.root.is_dir() else set()
        # What an earlier attempt to create the store may have left, and the folder of a fresh disk.
        strangers = present - {name.partition("/")[0] for name in files} - {"lost+found"}
        if strangers:
            raise BadStore(
                _(
                    "The folder %(folder)s can't become a store, because it already holds %(name)s.",
                    folder=self.root,
                    name=sorted(strangers)[0],
                ),
                hint=_("Choose an empty folder, or the folder of a store made by this software."),
            )
        with durable.full_disk_named(self.root.parent, needed=lambda: 1 << 16, kept_free=self.kept_free):
            for name, content in files.items():
                path = self.root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                durable.write_durably(path, content)
        durable.sync_folders([self.root.parent], within=self.root.parent)

    def put_objects(self, drafts: Sequence[ObjectDraft]) -> list[StoredObject]:
        """Store a batch; when this returns, all of it survives a power cut.

        An object that is there with the same files is returned as it is; with other files the
        whole batch is refused with `ObjectConflict`. Raises `StoreFull`, `BadDraft`,
        `DigestMismatch`; after any of them the sources still are where they were.
        """
        if not drafts:
            return []
        self.require()
        with self._area.batch() as folder:
            return BatchWriter(self, folder, drafts).run()

    def bring_objects(self, objects: Mapping[str, Mapping[str, Path]]) -> None:
        """Put whole objects from elsewhere: copied beside the store, made durable, each renamed into its place."""
        if not objects:
            return
        self.require()
        sizes = [path.stat().st_size for files in objects.values() for path in files.values()]
        needed = sum(-(-size // 4096) * 4096 for size in sizes)
        with (
            durable.full_disk_named(self.root, needed=lambda: needed, kept_free=self.kept_free),
            self._area.batch() as folder,
        ):
            durable.require_room(self.root, needed=needed, files=2 * len(sizes), kept_free=self.kept_free)
            waiting = {object_id: folder / str(number) for number, object_id in enumerate(objects)}
            for object_id, files in objects.items():
                _copy_files(files, waiting[object_id])
            durable.sync_tree(folder)
            for object_id, made in waiting.items():
                self._place(made, Path(self.folder(object_id)))
            parents = {Path(self.folder(object_id)).parent for object_id in objects}
            durable.sync_folders([*parents, self.root], within=self.root)

    def _place(self, made: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        with self.placing_versions():
            if place.exists() and not durable.exchange(str(made), str(place)):
                old = made.parent / "old"
                old.mkdir(exist_ok=True)
                place.rename(old / made.name)
            if not place.exists():
                made.rename(place)

    def placing_versions(self) -> AbstractContextManager[None]:
        """Keep other processes from putting versions in place at the same time."""
        return self._area.exclusive()

    def has(self, object_id: str) -> bool:
        """Tell whether the object is there."""
        return os.path.exists(f"{self.folder(object_id)}/{INVENTORY}")

    def folder(self, object_id: str) -> str:
        """Return where the object is or would be."""
        return f"{self._text}/{layout.object_path(object_id)}"

    def inventory(self, object_id: str) -> Inventory:
        """Read the object's inventory."""
        found = self.find_inventory(object_id)
        if found is None:
            raise NoSuchObject(
                _("The store %(store)s has no object %(id)s.", store=self.address, id=object_id),
                hint=_("Run “shicheng verify” to see what is missing, and restore it from a backup."),
            )
        return found

    def find_inventory(self, object_id: str) -> Inventory | None:
        """Read the object's inventory; None if there is no such object."""
        try:
            with open(f"{self.folder(object_id)}/{INVENTORY}", "rb") as stream:
                inventory = Inventory.parse(stream.read())
        except FileNotFoundError:
            return None
        if inventory.object_id != object_id:
            raise _damaged(object_id, INVENTORY)
        return inventory

    def open(self, object_id: str, logical_path: str, version: int | None = None) -> BinaryIO:
        """Open a file of the object for reading; the newest version unless one is named."""
        path = self.local_path(object_id, logical_path, version)
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            raise _damaged(object_id, logical_path) from error

    def local_path(self, object_id: str, logical_path: str, version: int | None = None) -> Path:
        """Return where the file lies. It is read-only: nobody may write there."""
        inventory = self.inventory(object_id)
        return Path(self.folder(object_id), inventory.content_path(logical_path, version))

    def iter_objects(self) -> Iterator[str]:
        """Yield the identifier of every object, in the order of the folders."""
        for path, is_object in self._walk():
            if is_object:
                yield self._identify(path)

    def iter_strays(self) -> Iterator[Damage]:
        """Yield everything in the store that is neither an object nor part of one."""
        for path, is_object in self._walk():
            if not is_object:
                yield Damage("", path, "extra")

    def verify(self, object_id: str) -> list[Damage]:
        """Compare every byte of the object with its inventory."""
        return list(self.check(object_id).damages)

    def check(self, object_id: str, *, rate: float | None = None) -> ObjectCheck:
        """The same with counts, reading at most `rate` bytes a second."""
        return check_object(FolderReader(self.folder(object_id)), object_id, Pace(rate))

    def check_at(self, object_id: str, pace: Pace) -> ObjectCheck:
        """The same at a pace that many objects share."""
        return check_object(FolderReader(self.folder(object_id)), object_id, pace)

    def reader(self, object_id: str) -> ObjectReader:
        """Give the object's files as they lie, inventories too."""
        return FolderReader(self.folder(object_id))

    def free_bytes(self) -> int:
        """Return the bytes still free on the store's disk."""
        folder = self.root
        while not folder.exists():
            folder = folder.parent
        return durable.room(folder)[0]

    def close(self) -> None:
        """Give the working area back."""
        self._area.close()

    def require(self) -> None:
        """Raise `BadStore` unless a store is there: a disk that is not mounted is no empty store."""
        if not os.path.exists(f"{self._text}/{layout.ROOT_MARK[0]}"):
            raise BadStore(
                _("There is no store in the folder %(folder)s.", folder=self.root),
                hint=_("Mount the disk it is on, or make a new archive with “shicheng init”."),
            )

    def _require_same(self, name: str, content: bytes) -> None:
        path = self.root / name
        if not path.exists() or path.read_bytes() != content:
            raise BadStore(
                _(
                    "The store %(folder)s has another layout than this software writes (%(name)s).",
                    folder=self.root,
                    name=name,
                ),
                hint=_("Choose a store made by this software."),
            )

    def _walk(self) -> Iterator[tuple[str, bool]]:
        """Yield the path of every object, and of every stray, below the root."""
        self.require()
        known = {name.partition("/")[0] for name in layout.root_files()} | {"lost+found"}
        yield from self._descend("", layout.LEVELS, known)

    def _descend(
        self, above: str, levels: int, known: frozenset[str] | set[str] = frozenset()
    ) -> Iterator[tuple[str, bool]]:
        with os.scandir(f"{self._text}/{above}") as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        if not found and above:
            # An empty folder where objects would be: a crash between making it and renaming into it.
            return
        for entry in found:
            path = above + entry.name
            if entry.name in known:
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield path, False
            elif levels == 1:
                yield (
                    path,
                    os.path.exists(f"{self._text}/{path}/{INVENTORY}")
                    or os.path.exists(f"{self._text}/{path}/{layout.OBJECT_MARK[0]}"),
                )
            elif layout.is_tuple(entry.name):
                yield from self._descend(path + "/", levels - 1)
            else:
                yield path, False

    def _identify(self, path: str) -> str:
        object_id = layout.object_id_of(path)
        if object_id is None:
            with open(f"{self._text}/{path}/{INVENTORY}", "rb") as stream:
                object_id = Inventory.parse(stream.read()).object_id
        return object_id

    def _recover(self, left: Path) -> None:
        """Put back what a crash took out of its place (only where folders can't be swapped in one step)."""
        for old in left.glob("*/old/*"):
            try:
                inventory = Inventory.parse((old / INVENTORY).read_bytes())
            except (OSError, DamagedObject):
                continue
            place = self.folder(inventory.object_id)
            if not os.path.exists(place):
                os.rename(old, place)
                durable.sync_folders([Path(place).parent], within=self.root)


def _copy_files(files: Mapping[str, Path], folder: Path) -> None:
    """Copy files to their paths below `folder`, to be read only from now on."""
    for path, source in files.items():
        copy = folder / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy, follow_symlinks=False)
        copy.chmod(0o444)


def _reopen(root: str, free_bytes: int) -> LocalStore:
    return LocalStore(root, free_bytes=free_bytes)


def _damaged(object_id: str, path: str) -> DamagedObject:
    return DamagedObject(
        _("The file %(path)s of the object %(id)s can't be read as promised.", path=path, id=object_id),
        hint=_("Run “shicheng verify” and restore this object from a backup."),
    )
