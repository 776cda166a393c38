"""Streams of the members of a zip: each opens the container anew, so that threads never share a position."""

from __future__ import annotations

import bz2
import io
import lzma
import os
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from shicheng.kernel.messages import message as _
from shicheng.packages.errors import DamagedMember
from shicheng.packages.names import problem, visible
from shicheng.packages.types import ProblemKind

METHODS = frozenset({0, 8, 12, 14})  # stored, deflate, bzip2, LZMA
_PIECE = 1 << 16


@dataclass(slots=True)
class Entry:
    """A member as the central directory gives it; `start` is where its packed bytes begin."""

    raw: bytes
    path: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    start: int = 0
    limit: int = 0  # where the next member or the directory begins


def open_entry(container: bytes, entry: Entry) -> BinaryIO:
    """Open a member for reading; reading raises `DamagedMember` when size or CRC do not hold."""
    return cast(BinaryIO, io.BufferedReader(_Member(container, entry), _PIECE))


class _Member(io.RawIOBase):
    def __init__(self, container: bytes, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self._stream = io.BufferedReader(io.FileIO(os.fsdecode(container)), _PIECE)
        self._stream.seek(entry.start)
        self._left = entry.packed
        self._unpacker = _unpacker(entry.method, self._stream)
        if entry.method == 14:
            self._left -= self._stream.tell() - entry.start
        self._ready = memoryview(b"")
        self._given = 0
        self._crc = 0
        self._at_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        target = memoryview(buffer).cast("B")
        while not self._ready and not self._at_end:
            self._refill()
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()

    def _refill(self) -> None:
        try:
            data = self._next()
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
            raise self._damaged(ProblemKind.DAMAGED, found=str(error)) from None
        if data:
            self._given += len(data)
            self._crc = zlib.crc32(data, self._crc)
            if self._given > self._entry.size:
                # Never give out more than was declared: limits were held against the declared size.
                raise self._damaged(ProblemKind.DAMAGED, found=f"> {self._entry.size}")
            self._ready = memoryview(data)
            return
        self._at_end = True
        if self._given != self._entry.size:
            raise self._damaged(ProblemKind.DAMAGED, expected=str(self._entry.size), found=str(self._given))
        if self._crc != self._entry.crc:
            raise self._damaged(ProblemKind.DIGEST, expected=f"{self._entry.crc:08x}", found=f"{self._crc:08x}")

    def _next(self) -> bytes:
        """Return the next unpacked bytes, b"" only at the end."""
        if self._unpacker is None:
            piece = self._stream.read(min(_PIECE, self._left))
            self._left -= len(piece)
            return piece
        while True:
            held: bytes = getattr(self._unpacker, "unconsumed_tail", b"")
            if self._unpacker.eof:
                return b""
            if not held and getattr(self._unpacker, "needs_input", True):
                held = self._stream.read(min(_PIECE, self._left))
                self._left -= len(held)
                if not held:
                    # deflate keeps a last piece back; the others have given all
                    return cast(bytes, self._unpacker.flush()) if hasattr(self._unpacker, "flush") else b""
            data = cast(bytes, self._unpacker.decompress(held, _PIECE))
            if data:
                return data

    def _damaged(self, kind: ProblemKind, *, expected: str | None = None, found: str | None = None) -> DamagedMember:
        path = self._entry.path
        if kind is ProblemKind.DIGEST:
            text = _(
                "The member %(path)s does not match the checksum (CRC-32) the container recorded when it was "
                "packed. Its bytes have changed since; have it sent again.",
                path=visible(path),
            )
        else:
            text = _(
                "The member %(path)s cannot be unpacked whole, because its packed bytes are damaged. "
                "Have the container sent again.",
                path=visible(path),
            )
        return DamagedMember(problem(kind, text, path=path, expected=expected, found=found))


def _unpacker(method: int, stream: BinaryIO) -> Any:
    if method == 8:
        return zlib.decompressobj(-15)
    if method == 12:
        return bz2.BZ2Decompressor()
    if method == 14:
        # APPNOTE 5.8.8: version (2), size of the properties (2), the properties
        head = stream.read(4)
        properties = stream.read(int.from_bytes(head[2:4], "little"))
        # Only here to read the properties of a raw LZMA1 stream in the form the standard library writes them.
        filters = [lzma._decode_filter_properties(lzma.FILTER_LZMA1, properties)]  # type: ignore[attr-defined]  # the stubs leave it out
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    return None
