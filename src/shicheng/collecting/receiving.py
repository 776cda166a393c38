"""One request with a document's files and its description, written straight to the disk of the staging area.

The parts lie in a folder of their own that is locked as long as somebody works in it. A folder nobody works in and no
row names is what a process that died left; `clear_abandoned` takes it away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from uuid import UUID

from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from shicheng.collecting.document import MOST_BYTES, MOST_FILES
from shicheng.collecting.errors import BadForm, CutOff, TooMuch
from shicheng.collecting.models import Push
from shicheng.collecting.types import METADATA, Arrived, ArrivedFile
from shicheng.ingest.upload_files import room_needed
from shicheng.kernel import clock
from shicheng.kernel.digests import STORE_ALGORITHMS, MultiHasher
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes
from shicheng.settings import Settings
from shicheng.storage import durable

_CHUNK: Final = 1 << 20
_YOUNG: Final = 60.0  # seconds


class Mark(Protocol):
    """Is told of every byte of the body; see `api.idempotency.Fingerprint`."""

    def update(self, piece: bytes) -> None:
        """Take a piece."""

    def finish(self) -> None:
        """Note that all of it was read."""


class Place:
    """Where one pushed document arrives; once `is_kept`, its row takes care of it."""

    def __init__(self, identity: UUID, settings: Settings) -> None:
        self.id = identity
        self.folder = folder_of(identity, settings)
        self.arrived = Arrived()
        self.is_kept = False


def folder_of(identity: UUID, settings: Settings) -> Path:
    """Where the files of a pushed document lie until they are in the pool."""
    return settings.staging_path / "pushes" / str(identity)


@contextmanager
def arriving(request: HttpRequest, *, mark: Mark, settings: Settings) -> Iterator[Place]:
    """Write the parts of a request to the disk and make them durable; unless kept, they are cleared away afterwards.

    Raises `BadForm`, `CutOff`, `TooMuch`, `StoreFull`.
    """
    length = _length(request, settings)
    room_needed(settings.staging_path, length, settings.free_bytes)
    place = Place(new_id(), settings)
    place.folder.mkdir(parents=True)
    with _locked(place.folder):
        try:
            _read(request, place, length, mark)
            durable.sync_tree(place.folder)
            yield place
        finally:
            if not place.is_kept:
                shutil.rmtree(place.folder, ignore_errors=True)


def clear(identity: UUID, settings: Settings) -> None:
    """Take the files of a pushed document away."""
    shutil.rmtree(folder_of(identity, settings), ignore_errors=True)


def clear_abandoned(settings: Settings) -> int:
    """Take away what processes left that died, and what is in the pool already; returns how many folders went."""
    area = settings.staging_path / "pushes"
    gone = 0
    for folder in sorted(area.iterdir()) if area.is_dir() else ():
        if clock.now().timestamp() - folder.stat().st_mtime < _YOUNG:  # it may not be locked yet
            continue
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Asked only now: whoever held the lock may just have written the row.
            waiting = Push.objects.filter(state="received").values_list("pk", flat=True)
            if folder.name not in {str(key) for key in waiting}:
                shutil.rmtree(folder, ignore_errors=True)
                gone += 1
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)
    return gone


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _length(request: HttpRequest, settings: Settings) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "")
    if not text.isdecimal() or len(text) > 18:
        raise BadForm(_("The request does not say how long it is."), hint=_("Send the header Content-Length with it."))
    if int(text) > settings.upload_bytes:
        raise TooMuch(
            _("The document is larger than %(most)s, the most this archive takes by the web.",
              most=format_bytes(settings.upload_bytes)),
            hint=_("Hand large recordings over as a transfer, or ask for a higher limit (upload_bytes)."),
        )  # fmt: skip
    return int(text)


def _read(request: HttpRequest, place: Place, length: int, mark: Mark) -> None:
    if not str(request.META.get("CONTENT_TYPE", "")).startswith("multipart/form-data"):
        raise BadForm(
            _("The request is no form with parts."),
            hint=_("Send multipart/form-data: a part “metadata” with the JSON, and a part for each file."),
        )
    body = _Body(request, mark)
    parts = _Parts(request, place)
    try:
        posted, _files = MultiPartParser(request.META, body, [parts], "utf-8").parse()  # type: ignore[arg-type]  # it only reads
    except MultiPartParserError as error:
        raise BadForm(
            _("The parts of the request can't be told apart: %(reason)s", reason=str(error)),
            hint=_("Send multipart/form-data as RFC 7578 has it."),
        ) from error
    finally:
        parts.close()
    while body.read(_CHUNK):
        pass
    if parts.problem is not None:
        raise parts.problem
    if body.count != length:
        raise CutOff(
            _("Only %(count)s of %(length)s bytes arrived.", count=body.count, length=length),
            hint=_("Send the document again; nothing was kept."),
        )
    mark.finish()
    _take_fields(place.arrived, posted)


def _take_fields(arrived: Arrived, posted: Any) -> None:
    """The description may come as a field or as a file; every other field is too much."""
    for name, values in posted.lists():
        if name == METADATA and arrived.metadata is None and len(values) == 1:
            arrived.metadata = str(values[0]).encode("utf-8", "surrogatepass")
        elif name == METADATA or name in arrived.files:
            arrived.doubled.append(name)
        else:
            arrived.extra.append(name)


class _Body:
    """The body of the request, counted and marked as it is read."""

    def __init__(self, request: HttpRequest, mark: Mark) -> None:
        self._request, self._mark = request, mark
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes."""
        piece: bytes = self._request.read(size)
        self.count += len(piece)
        if piece:
            self._mark.update(piece)
        return piece


class _Parts(FileUploadHandler):
    """Writes every file part under a name of ours and hashes it on the way; keeps `problem` for the end."""

    chunk_size = _CHUNK

    def __init__(self, request: HttpRequest, place: Place) -> None:
        super().__init__(request)
        self._place = place
        self._file: BinaryIO | None = None
        self._hasher = MultiHasher(STORE_ALGORITHMS)
        self._described: bytearray | None = None
        self._name, self._size, self._number = "", 0, 0
        self.problem: ShichengError | None = None

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Open the place where the next file goes."""
        super().new_file(field_name, file_name, *args, **kwargs)
        self.close()
        arrived = self._place.arrived
        self._name, self._size = field_name[:300], 0
        if field_name == METADATA:
            if arrived.metadata is not None:
                arrived.doubled.append(METADATA)
            self._described = bytearray()
            raise StopFutureHandlers
        self._number += 1
        if self._number > MOST_FILES:
            self._refuse(
                TooMuch(_("A document has at most %(most)s files.", most=MOST_FILES), hint=_("Divide it in several."))
            )
        self._hasher = MultiHasher(STORE_ALGORITHMS)
        self._file = self._path.open("xb")
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece."""
        self._size += len(raw_data)
        if self._described is not None:
            if self._size > MOST_BYTES:
                self._refuse(
                    TooMuch(
                        _("The metadata has more than %(most)s bytes.", most=MOST_BYTES),
                        hint=_("Send what is long as a file."),
                    )
                )
            self._described += raw_data
        elif self._file is not None:
            try:
                self._file.write(raw_data)
            except OSError:
                self._refuse(
                    TooMuch(
                        _("The disk of the archive is full; the document was not taken."),
                        hint=_("Ask the administrator to make room, then send it again."),
                    )
                )
            self._hasher.update(raw_data)

    def file_complete(self, file_size: int) -> None:
        """Note what arrived; Django needs no object for it."""
        arrived = self._place.arrived
        if self._described is not None:
            arrived.metadata, self._described = bytes(self._described), None
            return
        path, digests = self._path, self._hasher.hexdigests()
        self.close()
        if self._name in arrived.files:
            arrived.doubled.append(self._name)
        arrived.files[self._name] = ArrivedFile(self._name, path, self._size, digests)

    def close(self) -> None:
        """Close the file that is open."""
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _path(self) -> Path:
        return self._place.folder / f"{self._number:04d}"

    def _refuse(self, problem: ShichengError) -> None:
        self.problem = problem
        self.close()
        # Without a reset the rest is read and thrown away, so that the sender gets to see the answer.
        raise StopUpload(connection_reset=False)
