"""Where the index lies: one folder for each generation, a pointer to the one in use, and locks.

    index/pointer.json         which generation is in use, and of which version it is
    index/000007/tantivy/      its files; index/000007/position.json: how far the log was read into it
    index/000007/damaged       a reader's word that it can't be read
    index/*.lock               held by living processes only (flock)

Index and position live and die together, so the position is here and not in the database; it holds the
hash of the audit entry, by which an index of another state of the database is recognised.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shicheng.search.schema import schema_version

_POINTER: Final = "pointer.json"


@dataclass(frozen=True, slots=True)
class Position:
    """How far the audit log was read: the number of the last entry and its hash."""

    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Generation:
    """One index from its making to its end."""

    folder: Path
    version: str

    @property
    def files(self) -> Path:
        """The folder of the index proper."""
        return self.folder / "tantivy"

    @property
    def number(self) -> int:
        """Its number."""
        return int(self.folder.name)

    @property
    def is_current_version(self) -> bool:
        """Tell whether this program can read it."""
        return self.version == schema_version()

    @property
    def is_marked_damaged(self) -> bool:
        """Tell whether a reader found it damaged."""
        return (self.folder / "damaged").exists()

    def mark_damaged(self) -> None:
        """Ask the follower to make the index anew."""
        try:
            (self.folder / "damaged").touch()
        except OSError:
            pass  # a reader without the right to write can't ask

    def position(self) -> Position:
        """How far the log was read into it; the beginning if that is not known."""
        try:
            stored = json.loads((self.folder / "position.json").read_text("utf-8"))
            return Position(int(stored["position"]), str(stored["hash"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Position()

    def set_position(self, position: Position) -> None:
        """Remember how far the log was read; to be called after what was read is committed."""
        _write_json(self.folder / "position.json", {"position": position.number, "hash": position.hash}, durable=False)


def current_generation(index_path: Path) -> Generation | None:
    """The generation in use, None if there is none."""
    try:
        stored = json.loads((index_path / _POINTER).read_text("utf-8"))
        name = str(stored["generation"])
        if not name.isdigit():
            return None
        return Generation(index_path / name, str(stored["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def new_generation(index_path: Path) -> Generation:
    """Make the folder of the next generation; only for who holds the building lock."""
    index_path.mkdir(parents=True, exist_ok=True)
    folder = index_path / f"{max((folder.number for folder in _all(index_path)), default=0) + 1:06d}"
    (folder / "tantivy").mkdir(parents=True)
    return Generation(folder, schema_version())


def use_generation(index_path: Path, generation: Generation) -> None:
    """Let searches be answered from this generation from now on."""
    _write_json(
        index_path / _POINTER, {"generation": generation.folder.name, "version": generation.version}, durable=True
    )


def remove_unused(index_path: Path) -> int:
    """Remove the generations that are neither in use nor read by anyone; returns how many.

    Only for who holds the building lock: a generation that is being built is not in use yet.
    """
    current = current_generation(index_path)
    removed = 0
    for old in _all(index_path):
        if current is not None and old.folder == current.folder:
            continue
        with try_lock(old.folder / "readers.lock") as free:
            if free:
                shutil.rmtree(old.folder, ignore_errors=True)
                removed += 1
    return removed


def _all(index_path: Path) -> list[Generation]:
    if not index_path.is_dir():
        return []
    return [
        Generation(folder, "") for folder in sorted(index_path.iterdir()) if folder.name.isdigit() and folder.is_dir()
    ]


@contextmanager
def try_lock(path: Path) -> Iterator[bool]:
    """Take a lock if it is free; it ends with the process at the latest."""
    handle = _open_lock(path)
    if handle is None:
        yield False
        return
    try:
        yield _flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)


def share_lock(path: Path) -> int | None:
    """Hold a lock together with other readers and return its handle, None if what it guards is going or gone."""
    handle = _open_lock(path)
    if handle is None:
        return None
    if not _flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB):
        os.close(handle)
        return None
    return handle


class Lock:
    """A lock that one process at a time holds, and that ends with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Tell whether it is held here."""
        return self._handle is not None

    def try_take(self) -> bool:
        """Take the lock if it is free."""
        if self._handle is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = _open_lock(self._path)
            if handle is not None and _flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB):
                self._handle = handle
            elif handle is not None:
                os.close(handle)
        return self._handle is not None

    def release(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def writer_lock(index_path: Path) -> Lock:
    """The right to write to the index in use."""
    return Lock(index_path / "writer.lock")


def building_lock(index_path: Path) -> Lock:
    """The right to make a new generation."""
    return Lock(index_path / "building.lock")


def _open_lock(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        return None


def _flock(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    return True


def _write_json(path: Path, content: dict[str, Any], *, durable: bool) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(content, file)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    temporary.replace(path)
    if durable:
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
