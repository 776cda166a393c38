"""Reading files from a bucket."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Final

import obstore
from obstore.store import S3Store as Bucket

from shicheng.storage.ocfl.checking import Pace

Answers = Callable[[], AbstractContextManager[None]]
"""Gives a block in which what the service answers is turned into errors for people."""

_BLOCK: Final = 4 << 20


class BucketReader:
    """Reads one object's files from the bucket."""

    def __init__(self, bucket: Bucket, answers: Answers, where: str) -> None:
        self._bucket, self._answers, self._where = bucket, answers, where
        self._sizes: dict[str, int] = {}

    def names(self) -> set[str]:
        """Return every key below the object's root."""
        prefix = self._where + "/"
        self._sizes = {
            str(entry["path"])[len(prefix) :]: int(entry["size"])
            for page in obstore.list(self._bucket, prefix=prefix)
            for entry in page
        }
        if not self._sizes:
            raise FileNotFoundError(prefix)
        return set(self._sizes)

    def size(self, path: str) -> int:
        """Return the size of a file, as the list of keys says it."""
        return self._sizes[path]

    def read(self, path: str) -> bytes:
        """Return a small file whole."""
        return bytes(obstore.get(self._bucket, f"{self._where}/{path}").bytes())

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading."""
        key = f"{self._where}/{path}"
        size = int(obstore.head(self._bucket, key)["size"])
        return io.BufferedReader(RemoteFile(self._bucket, key, size, self._answers), 1 << 20)

    def sha512(self, path: str, pace: Pace) -> str:
        """Hash a file as it arrives."""
        result = hashlib.sha512()
        for block in obstore.get(self._bucket, f"{self._where}/{path}").stream(min_chunk_size=_BLOCK):
            pace.spend(len(block))
            result.update(block)
        return result.hexdigest()


class RemoteFile(io.RawIOBase):
    """A key as a file."""

    def __init__(self, bucket: Bucket, key: str, size: int, answers: Answers) -> None:
        self._bucket, self._key, self._size, self._answers, self._at = bucket, key, size, answers, 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fetch the next bytes."""
        end = min(self._size, self._at + len(buffer))
        if end <= self._at:
            return 0
        with self._answers():
            content = bytes(obstore.get_range(self._bucket, self._key, start=self._at, end=end))
        buffer[: len(content)] = content
        self._at += len(content)
        return len(content)
