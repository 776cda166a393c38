"""Uploads written straight into the staging area, a folder with its inner paths or one archive file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers, StopUpload
from django.http import HttpRequest

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes
from shicheng.settings import Settings

PATHS = "paths"
PREFIX = "file:"
_CHUNK = 1 << 20
_LOOK_EVERY = 64 << 20  # bytes between two looks at the free space
_MOST_PATHS = 64 << 20  # bytes of the list of paths


class BadUpload(ShichengError):
    """What the browser sent can't be taken in."""

    code = "ingest.upload.bad"
    http_status = 422


class StagingUpload(FileUploadHandler):
    """Writes every file of a form into one folder.

    A folder comes as a part `paths`, the JSON list of the inner paths, and then the files as parts `file:0`,
    `file:1` and so on: browsers' own forms lose the paths, and a part's header has no room for long ones.
    Nothing is held in memory but that list, and no more than one file is open. What is wrong with the upload is
    kept in `problem` and raised by `finish`, since an error in the middle of a form can't be answered.
    """

    chunk_size = _CHUNK

    def __init__(self, request: HttpRequest, *, folder: Path, most_bytes: int, free_bytes: int) -> None:
        super().__init__(request)
        self.folder = folder
        self.most_bytes = most_bytes
        self.free_bytes = free_bytes
        self.bytes = 0
        self.files = 0
        self.problem: BadUpload | None = None
        self.upload_id = new_id()
        self.is_kept = False  # a job takes care of what arrived
        self._file: BinaryIO | None = None
        self._paths: list[str] = []
        self._listing: bytearray | None = None
        self._unlooked = _LOOK_EVERY

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Open the place where the next file goes."""
        super().new_file(field_name, file_name, *args, **kwargs)
        self._close()
        if not file_name:
            raise StopFutureHandlers
        if field_name == PATHS:
            self._listing = bytearray()
            raise StopFutureHandlers
        try:
            path = self._path(field_name, file_name)
            self._file = self._open(path)
        except BadUpload as error:
            self._refuse(error)
        except OSError as error:
            self._refuse(
                BadUpload(_("The file %(path)s can't be taken in: %(reason)s.", path=path, reason=error.strerror or ""))
            )
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece, unless the upload or the disk has reached its limit."""
        self.bytes += len(raw_data)
        if self.bytes > self.most_bytes:
            self._refuse(
                BadUpload(
                    _("The upload is larger than %(most)s, the most this archive takes by the web.",
                      most=format_bytes(self.most_bytes)),
                    hint=_("Put the batch on a disk of the server and run `shicheng ingest` there."),
                )
            )  # fmt: skip
        if self._listing is not None and len(self._listing) < _MOST_PATHS:
            self._listing += raw_data
        if self._file is not None and self._write(raw_data):
            self._refuse(
                BadUpload(
                    _("The disk of the archive is full; the upload was not taken in."),
                    hint=_("Ask the administrator to make room, then send the batch again."),
                )
            )

    def file_complete(self, file_size: int) -> None:
        """Close the file; Django needs no object for it."""
        if self._listing is not None:
            self._read_listing()
        else:
            self._close()
            self.files += 1

    def upload_interrupted(self) -> None:
        """The browser went away: keep nothing."""
        self._close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def finish(self) -> Path:
        """Return the path of what was sent: the archive file, or the folder. Raises `BadUpload`."""
        self._close()
        if self.problem is not None:
            raise self.problem
        if not self.files:
            raise BadUpload(_("Nothing was sent."), hint=_("Choose a folder or an archive file and send it again."))
        entries = list(self.folder.iterdir())
        return entries[0] if len(entries) == 1 else self.folder

    def _open(self, path: str) -> BinaryIO:
        parts = path.replace("\\", "/").split("/")
        if not all(parts) or any(part in (".", "..") or "\x00" in part for part in parts):
            raise BadUpload(
                _("The path %(path)s is not one inside the folder.", path=path),
                hint=_("Rename the file, or pack the folder as a zip and send that."),
            )
        target = self.folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("xb")

    def _path(self, field_name: str, file_name: str) -> str:
        if not field_name.startswith(PREFIX):
            return file_name
        place = field_name[len(PREFIX) :]
        if not (place.isdecimal() and len(place) < 9 and int(place) < len(self._paths)):
            raise _unreadable()
        return self._paths[int(place)]

    def _read_listing(self) -> None:
        try:
            paths = json.loads(bytes(self._listing or b""))
            self._paths = [str(path) for path in paths] if isinstance(paths, list) else []
        except (ValueError, RecursionError):
            self.problem = _unreadable()
        self._listing = None

    def _write(self, raw_data: bytes) -> bool:
        """Write a piece; tell whether the disk is full."""
        assert self._file is not None
        self._unlooked += len(raw_data)
        if self._unlooked >= _LOOK_EVERY:
            self._unlooked = 0
            if self._is_full():
                return True
        try:
            self._file.write(raw_data)
        except OSError:
            return True
        return False

    def _is_full(self) -> bool:
        return shutil.disk_usage(self.folder).free < self.free_bytes

    def _refuse(self, error: BadUpload) -> None:
        self.problem = error
        self._close()
        # Without a reset the rest is read and thrown away, so that the browser gets to see the answer.
        raise StopUpload(connection_reset=False)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _unreadable() -> BadUpload:
    return BadUpload(
        _("The list of paths of the upload can't be read."),
        hint=_("Load the page again and send the folder once more."),
    )


@contextmanager
def receiving_upload(request: HttpRequest, settings: Settings) -> Iterator[StagingUpload]:
    """Give the request a folder of its own for what it brings; unless it is kept, it is cleared away afterwards."""
    upload_id = new_id()
    whole = settings.staging_path / "uploads" / str(upload_id)
    folder = whole / "batch"
    folder.mkdir(parents=True)
    handler = StagingUpload(request, folder=folder, most_bytes=settings.upload_bytes, free_bytes=settings.free_bytes)
    handler.upload_id = upload_id
    try:
        request.upload_handlers = [handler]
        yield handler
    finally:
        if not handler.is_kept:
            shutil.rmtree(whole, ignore_errors=True)
