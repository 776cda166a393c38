"""Reading an object's files from a folder, quickly: bare system calls, large reads, one buffer."""

from __future__ import annotations

import hashlib
import os
from typing import BinaryIO, Final

from shicheng.storage.ocfl.checking import Pace

_BLOCK: Final = 4 << 20
_WHOLE: Final = 256 << 10


class FolderReader:
    """An object in a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._sizes: dict[str, int] = {}

    def sizes(self) -> dict[str, int]:
        """Return every file below the object's root with its size; a link or device counts as a file."""
        result: dict[str, int] = {}
        waiting = [""]
        while waiting:
            above = waiting.pop()
            with os.scandir(f"{self._folder}/{above}") as entries:
                for entry in entries:
                    path = above + entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path + "/")
                    else:
                        result[path] = entry.stat(follow_symlinks=False).st_size
        self._sizes = result
        return result

    def read(self, path: str) -> bytes:
        """Return a small file whole."""
        descriptor = self._open(path)
        try:
            return _read_all(descriptor, self._size(path, descriptor))
        finally:
            os.close(descriptor)

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""
        return os.fdopen(self._open(path), "rb")

    def sha512(self, path: str, pace: Pace) -> str:
        """Hash a file."""
        descriptor = self._open(path)
        try:
            size = self._size(path, descriptor)
            if size <= _WHOLE:
                pace.spend(size)
                return hashlib.sha512(_read_all(descriptor, size)).hexdigest()
            return _hash_large(descriptor, pace)
        finally:
            os.close(descriptor)

    def _size(self, path: str, descriptor: int) -> int:
        """Return the size to expect: only a hint, what is read goes to the real end."""
        size = self._sizes.get(path)
        return os.fstat(descriptor).st_size if size is None else size

    def _open(self, path: str) -> int:
        # A link planted in the place of a file must not lead elsewhere, a pipe must not hang.
        return os.open(f"{self._folder}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _hash_large(descriptor: int, pace: Pace) -> str:
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    result = hashlib.sha512()
    block = memoryview(bytearray(_BLOCK))
    while length := os.readv(descriptor, [block]):
        pace.spend(length)
        result.update(block[:length])
    return result.hexdigest()


def _read_all(descriptor: int, size: int) -> bytes:
    content = os.read(descriptor, size + 1)
    if len(content) == size:
        return content
    # Longer or shorter than the system said: read on to the real end.
    pieces = [content]
    while piece := os.read(descriptor, _WHOLE):
        pieces.append(piece)
    return b"".join(pieces)
