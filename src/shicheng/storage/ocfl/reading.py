"""Reading an object's files from a folder, quickly: bare system calls, large reads, one buffer."""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO, Final

from shicheng.storage.ocfl.checking import Pace

_BLOCK: Final = 4 << 20
_SMALL: Final = 64 << 10


class FolderReader:
    """An object in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._sizes: dict[str, int] = {}

    def names(self) -> set[str]:
        """Return every file below the object's root; a link or device counts as a file."""
        result: set[str] = set()
        waiting = [""]
        while waiting:
            above = waiting.pop()
            with os.scandir(f"{self._folder}/{above}") as entries:
                for entry in entries:
                    path = above + entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path + "/")
                    else:
                        result.add(path)
        return result

    def size(self, path: str) -> int:
        """Return the size of a file, as it was read if it was."""
        size = self._sizes.get(path)
        return os.stat(f"{self._folder}/{path}", follow_symlinks=False).st_size if size is None else size  # noqa: PTH116

    def read(self, path: str) -> bytes:
        """Return a small file whole."""
        descriptor = self._open(path)
        try:
            content = _read_all(descriptor)
        finally:
            os.close(descriptor)
        self._sizes[path] = len(content)
        return content

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""
        return os.fdopen(self._open(path), "rb")

    def sha512(self, path: str, pace: Pace) -> str:
        """Hash a file."""
        descriptor = self._open(path)
        try:
            content = os.read(descriptor, _SMALL)
            if len(content) < _SMALL and not os.read(descriptor, 1):  # most files are small: no size is asked for
                pace.spend(len(content))
                self._sizes[path] = len(content)
                return hashlib.sha512(content).hexdigest()
            os.lseek(descriptor, 0, os.SEEK_SET)
            digest, self._sizes[path] = _hash_large(descriptor, pace)
            return digest
        finally:
            os.close(descriptor)

    def _open(self, path: str) -> int:
        # A link planted in the place of a file must not lead elsewhere, a pipe must not hang.
        return os.open(f"{self._folder}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _hash_large(descriptor: int, pace: Pace) -> tuple[str, int]:
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    result = hashlib.sha512()
    block = memoryview(bytearray(_BLOCK))
    size = 0
    while length := os.readv(descriptor, [block]):
        pace.spend(length)
        result.update(block[:length])
        size += length
    return result.hexdigest(), size


def _read_all(descriptor: int) -> bytes:
    pieces = []
    while piece := os.read(descriptor, _SMALL):
        pieces.append(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
