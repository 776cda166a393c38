"""Making what was written survive a power cut: one sync for a whole batch where the system can."""

# Bare names: path objects would cost a third of the speed with small files.
# ruff: noqa: PTH118

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

from shicheng.storage.errors import StoreFull

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_UNSUPPORTED: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP})
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


def sync_tree(folder: Path) -> None:
    """Make every file and folder below `folder` durable: one syncfs, or fsync of each where there is none."""
    if _sync_filesystem(folder):
        return
    for here, _folders, files in os.walk(folder, topdown=False):
        for name in files:
            _fsync(os.path.join(here, name))
        _fsync(here)


def sync_folders(folders: Iterable[str | Path], *, within: Path) -> None:
    """Make the entries of `folders`, all on the file system of `within`, durable."""
    if _sync_filesystem(within):
        return
    for folder in folders:
        _fsync(folder)


def write_durably(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a small file under a temporary name, make it durable and rename it into place."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _fsync(path.parent)


def write_all(descriptor: int, content: bytes | memoryview) -> None:
    """Write everything, however little the system takes at a time."""
    written = os.write(descriptor, content)
    while written < len(content):
        content = memoryview(content)[written:]
        written = os.write(descriptor, content)


def exchange(one: str, other: str) -> bool:
    """Swap two folders in one step; False where the file system can't."""
    rename = _function("renameat2")
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), one, None, other)


def room(folder: Path) -> tuple[int, int]:
    """Return the bytes and the files there is room for; -1 files where the file system sets no limit."""
    figures = os.statvfs(folder)
    return figures.f_bavail * figures.f_frsize, figures.f_favail if figures.f_files else -1


def require_room(folder: Path, *, needed: int, files: int = 0, kept_free: int = 0) -> None:
    """Raise `StoreFull` unless `needed` bytes and `files` files fit and `kept_free` bytes stay free."""
    free, free_files = room(folder)
    if free - needed < kept_free or -1 < free_files < files:
        raise StoreFull(folder, needed=needed, free=free, kept_free=kept_free)


@contextmanager
def full_disk_named(folder: Path, *, needed: Callable[[], int], kept_free: int = 0) -> Iterator[None]:
    """Turn the system's "no space left" into `StoreFull`."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StoreFull(folder, needed=needed(), free=room(folder)[0], kept_free=kept_free) from error


def _sync_filesystem(folder: Path) -> bool:
    sync = _function("syncfs")
    if sync is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        if sync(descriptor) == 0:
            return True
        number = ctypes.get_errno()
    finally:
        os.close(descriptor)
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(folder))


def _fsync(path: str | Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@cache
def _function(name: str) -> Any | None:
    try:
        return getattr(ctypes.CDLL(None, use_errno=True), name)
    except (AttributeError, OSError):
        return None
