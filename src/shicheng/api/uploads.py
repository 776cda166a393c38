"""A batch as the body of a request, written straight to the disk of the staging area."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest
from ninja import Query

from shicheng.api.errors import LengthNeeded, TooLarge, UploadCut
from shicheng.api.idempotency import fingerprint_of
from shicheng.ingest.arriving import clear, folder_of, require_path
from shicheng.ingest.uploads import BadUpload
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import format_bytes
from shicheng.settings import Settings

_CHUNK: Final = 1 << 20
FileName = Annotated[
    str,
    Query(
        description="Name of the archive file, with its suffix: zip, tar, tar.gz …",
        pattern=r"^[^\x00-\x1f/\\]+$",
        min_length=1,
        max_length=200,
    ),
]
# What an operation that takes a batch says of its body.
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "The archive file as it is. Content-Length is needed.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@contextmanager
def received_body(request: HttpRequest, *, name: str, settings: Settings) -> Iterator[Path]:
    """Write the body to a file of this name in a folder of its own, which is cleared away afterwards.

    Raises `LengthNeeded`, `TooLarge`, `UploadCut`, and `BadUpload` when the disk is full.
    """
    length = _length(request, settings)
    if name in (".", "..") or len(name.encode("utf-8", "replace")) > 240:
        raise BadUpload(_("No file can have the name %(name)s.", name=name), hint=_("Give it another name."))
    folder = settings.staging_path / "uploads" / str(new_id())
    folder.mkdir(parents=True)
    try:
        path = folder / name
        _write(request, path, length, settings)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class KeptBody:
    """A body that lies where uploads lie; once `is_kept`, a job takes care of it."""

    upload_id: UUID
    path: Path
    is_kept: bool = False


@contextmanager
def kept_body(request: HttpRequest, *, name: str, settings: Settings) -> Iterator[KeptBody]:
    """Write the body to a file of this name where an upload's batch lies; unless it is kept, it is cleared away."""
    length = _length(request, settings)
    require_path(name)
    upload_id = new_id()
    path = folder_of(upload_id, settings) / "batch" / name
    path.parent.mkdir(parents=True)
    kept = KeptBody(upload_id, path)
    try:
        _write(request, path, length, settings)
        yield kept
    finally:
        if not kept.is_kept:
            clear(upload_id, settings)


def _length(request: HttpRequest, settings: Settings) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text.isdecimal():
        raise LengthNeeded(
            _("The upload does not say how long it is."), hint=_("Send the header Content-Length with it.")
        )
    if int(text) > settings.upload_bytes:
        raise TooLarge(
            _(
                "The upload is larger than %(most)s, the most this archive takes by the web.",
                most=format_bytes(settings.upload_bytes),
            ),
            hint=_("Put the batch on a disk of the server and run `shicheng ingest` there."),
        )
    if int(text) == 0:
        raise BadUpload(_("Nothing was sent."), hint=_("Send the archive file as the body of the request."))
    return int(text)


def _write(request: HttpRequest, path: Path, length: int, settings: Settings) -> None:
    mark = fingerprint_of(request)
    full = BadUpload(
        _("The disk of the archive is full; the upload was not taken in."),
        hint=_("Ask the administrator to make room, then send the batch again."),
    )
    if shutil.disk_usage(path.parent).free - length < settings.free_bytes:
        raise full
    written = 0
    with path.open("xb") as file:
        while piece := request.read(_CHUNK):
            try:
                file.write(piece)
            except OSError as error:
                raise full from error
            mark.update(piece)
            written += len(piece)
    if written != length:
        raise UploadCut(
            _("Only %(written)s of %(length)s bytes arrived.", written=written, length=length),
            hint=_("Send it again; nothing was kept."),
        )
    mark.finish()
