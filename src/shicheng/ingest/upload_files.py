"""A file that arrives in pieces: its bytes, and beside them a ledger of what is durable. No database.

The ledger only grows. Its first line tells what the file will be; a line `to` says that the bytes up to there are on
the disk and what digest the stretch since the last such line has; a line `turn` says that somebody begins to write.
Bytes are made durable before the line that tells of them, so what the ledger says holds after any crash. Whoever
writes knows how long the ledger was after their own last line: has it grown, somebody else took over.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from shicheng.ingest.errors import ChecksumMismatch, UnknownUpload, UploadCut, UploadTakenOver, WrongOffset
from shicheng.kernel.digests import SupportsRead
from shicheng.kernel.messages import message as _
from shicheng.storage import durable
from shicheng.storage.errors import StoreFull

SEGMENT: Final = 16 << 20  # bytes that may be sent in vain when the machine dies
_PIECE: Final = 1 << 20
ALGORITHMS: Final = ("sha1", "sha256", "sha512", "sm3")  # of Upload-Checksum; the protocol asks for the first


@dataclass(slots=True)
class Standing:
    """How far a file is, as its ledger tells."""

    path: str
    size: int
    offset: int = 0
    segments: list[tuple[int, str]] = field(default_factory=list)  # length and SHA-256 of each stretch
    length: int = 0  # of the ledger, without a line that was cut off

    @property
    def is_whole(self) -> bool:
        """Tell whether all bytes are here."""
        return self.offset == self.size


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a sender says the digest of one piece is."""

    algorithm: str
    digest: bytes


def key_of(path: str) -> str:
    """The name of a file within its upload: the same path gives the same, so that nothing is begun twice."""
    return hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class UploadFile:
    """One file of an upload, in the folder of its parts."""

    def __init__(self, folder: Path, key: str) -> None:
        self.data = folder / f"{key}.part"
        self.ledger = folder / f"{key}.ledger"

    def begin(self, path: str, size: int) -> Standing:
        """Make the file, or return how far it is if it was begun. One of another size raises `WrongOffset`."""
        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        if not self.ledger.exists():
            with self.data.open("ab"):
                pass
            durable.write_durably(self.ledger, _line({"path": path, "size": size}))
        known = self.standing()
        if known.size != size:
            raise WrongOffset(
                _("%(path)s was begun with %(known)s bytes and has %(size)s now.",
                  path=path, known=known.size, size=size),
                hint=_("It is another file. Choose the one that was begun, or begin a new upload."),
            )  # fmt: skip
        return known

    def standing(self) -> Standing:
        """Return how far the file is; raises `UnknownUpload`."""
        try:
            return _read(self.ledger.read_bytes())
        except FileNotFoundError:
            raise unknown() from None

    def remove(self) -> None:
        """Forget the file, its ledger first."""
        self.ledger.unlink(missing_ok=True)
        self.data.unlink(missing_ok=True)

    def append(
        self,
        stream: SupportsRead,
        *,
        offset: int,
        length: int,
        checksum: Checksum | None = None,
        on_segment: Callable[[int], None] = lambda done: None,
    ) -> int:
        """Write what the stream brings at `offset` and return how far the file is then.

        Raises `WrongOffset`; `UploadCut` when the stream ended early, what came being kept; `ChecksumMismatch`, and
        then nothing of it is kept; `UploadTakenOver` when somebody else went on with the file meanwhile.
        """
        with self._opened() as (ledger, data):
            turn = _Turn(self, ledger, data, offset)
            turn.begin(length)
            return turn.write(stream, length, checksum, on_segment)

    @contextmanager
    def _opened(self) -> Iterator[tuple[int, int]]:
        try:
            ledger = os.open(self.ledger, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            raise unknown() from None
        try:
            data = os.open(self.data, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                yield ledger, data
            finally:
                os.close(data)
        finally:
            os.close(ledger)


class _Turn:
    """One sender's time to write, until it ends or somebody takes over."""

    def __init__(self, file: UploadFile, ledger: int, data: int, offset: int) -> None:
        self._file, self._ledger, self._data = file, ledger, data
        self._start = self._end = offset
        self._length = 0  # of the ledger after our own last line
        self._mine = threading.Lock()  # the lock on the ledger keeps others out, but not our own second thread

    def begin(self, length: int) -> None:
        """Take over: from here on nobody else's bytes are written."""
        with _locked(self._ledger):
            known = _read(_content(self._ledger))
            if known.offset != self._start:
                raise WrongOffset(
                    _("%(offset)s bytes of this file are here, not %(asked)s.",
                      offset=known.offset, asked=self._start),
                    hint=_("Ask how far the upload is, and go on from there."),
                )  # fmt: skip
            if self._start + length > known.size:
                raise WrongOffset(_("The piece goes beyond the end of the file, which has %(size)s bytes.",
                                    size=known.size))  # fmt: skip
            os.ftruncate(self._ledger, known.length)
            os.ftruncate(self._data, self._start)
            self._note({"turn": secrets.token_hex(8)})

    def write(
        self, stream: SupportsRead, length: int, checksum: Checksum | None, on_segment: Callable[[int], None]
    ) -> int:
        """Write until the piece or the stream ends; hashing and writing go on beside the reading."""
        # A short piece is one stretch, and its SHA-256 serves for both.
        shared = checksum is not None and checksum.algorithm == "sha256" and length <= SEGMENT
        whole = hashlib.new(checksum.algorithm) if checksum and not shared else None
        held: list[tuple[int, str]] = []  # stretches that wait for the checksum
        part = hashlib.sha256()
        noted = position = self._start
        ended = False
        with ThreadPoolExecutor(1, "upload") as writer, ThreadPoolExecutor(1, "durable") as keeper:
            written: Future[None] | None = None
            kept: Future[None] | None = None
            while not ended:
                piece = stream.read(min(_PIECE, self._start + length - position))
                if written is not None:
                    written.result()
                ended = not piece
                if piece:
                    hashers = [one for one in (part, whole) if one is not None]
                    written = writer.submit(self._put, piece, position, hashers)
                    position += len(piece)
                if (position - noted >= SEGMENT or ended) and position > noted:
                    if written is not None:
                        written.result()
                        written = None
                    stretch = (position - noted, part.hexdigest())
                    noted, part = position, hashlib.sha256()
                    if checksum:
                        held.append(stretch)
                        continue
                    if kept is not None:
                        kept.result()
                        on_segment(self._end)
                    kept = keeper.submit(self._keep, [stretch])
            if kept is not None:
                kept.result()
                on_segment(self._end)
        if position < self._start + length:
            # Without the end a checksum proves nothing, so that nothing of such a piece is kept.
            raise UploadCut(
                _("Only %(written)s of %(length)s bytes arrived.", written=position - self._start, length=length),
                hint=_("Ask how far the upload is, and go on from there."),
            )
        if checksum:
            found = whole.digest() if whole else bytes.fromhex(held[0][1]) if held else hashlib.sha256().digest()
            if found != checksum.digest:
                raise ChecksumMismatch(
                    _("The piece arrived with another digest than its sender gave; it was thrown away."),
                    hint=_("Send this piece once more."),
                )
            self._keep(held)
            on_segment(self._end)
        return self._end

    def _put(self, piece: bytes, position: int, hashers: list[Any]) -> None:
        with self._mine, _locked(self._ledger):
            self._require_turn()
            with durable.full_disk_named(self._file.data.parent, needed=lambda: len(piece)):
                os.lseek(self._data, position, os.SEEK_SET)
                durable.write_all(self._data, piece)
        for one in hashers:
            one.update(piece)

    def _keep(self, stretches: list[tuple[int, str]]) -> None:
        """Make bytes durable and then say so."""
        if not stretches:
            return
        os.fdatasync(self._data)
        with self._mine, _locked(self._ledger):
            self._require_turn()
            for length, digest in stretches:
                self._end += length
                self._note({"to": self._end, "sha256": digest})
        os.fdatasync(self._ledger)

    def _note(self, entry: dict[str, Any]) -> None:
        durable.write_all(self._ledger, _line(entry))
        self._length = os.fstat(self._ledger).st_size

    def _require_turn(self) -> None:
        status = os.fstat(self._ledger)
        if status.st_nlink == 0:
            raise unknown()
        if status.st_size != self._length:
            raise UploadTakenOver(
                _("Somebody else goes on with this file, perhaps you in another window."),
                hint=_("Go on there, or ask how far the upload is and go on from there."),
            )


def room_needed(folder: Path, needed: int, kept_free: int) -> None:
    """Raise `StoreFull` unless so many bytes fit on the disk and what is to stay free stays free."""
    folder.mkdir(parents=True, exist_ok=True)
    free, _files = durable.room(folder)
    if free - needed < kept_free:
        raise StoreFull(folder, needed=needed, free=free, kept_free=kept_free)


def files_of(folder: Path) -> Iterator[tuple[str, Standing]]:
    """Every file of an upload that was begun, by its key."""
    for ledger in sorted(folder.glob("*.ledger")):
        yield ledger.stem, UploadFile(folder, ledger.stem).standing()


def unknown() -> UnknownUpload:
    """There is no such upload, or it is somebody else's; both are told alike."""
    return UnknownUpload(
        _("There is no such upload here, or it is not yours."),
        hint=_("It may have ended, or expired. Begin it anew."),
    )


def _read(content: bytes) -> Standing:
    standing: Standing | None = None
    length = 0
    for line in content.splitlines(keepends=True):
        try:
            if not line.endswith(b"\n"):
                break
            entry = json.loads(line)
            if standing is None:
                standing = Standing(entry["path"], entry["size"])
            elif "to" in entry:
                standing.segments.append((entry["to"] - standing.offset, entry["sha256"]))
                standing.offset = entry["to"]
        except (ValueError, KeyError, TypeError):
            break  # cut off by a power cut; what it told was not promised
        length += len(line)
    if standing is None:
        raise unknown()
    standing.length = length
    return standing


def _content(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry).encode("ascii") + b"\n"


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
