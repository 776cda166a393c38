"""The tus protocol 1.0 (tus.io) over uploads: creation, termination, checksum, expiration.

Both doors answer with what stands here: the desk to its own pages, the API to programs. The core protocol says where
an upload goes on (`Upload-Offset`); every piece names the offset it begins at, so that none is written twice.
"""

from __future__ import annotations

import base64
import binascii
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.http import http_date

from shicheng.ingest import arriving, selectors
from shicheng.ingest.errors import (
    BadTusRequest,
    ChecksumMismatch,
    UploadCut,
    UploadsBusy,
    WrongContentType,
    WrongTusVersion,
)
from shicheng.ingest.models import Upload
from shicheng.ingest.upload_files import (
    ALGORITHMS,
    Checksum,
    Standing,
    UploadFile,
    files_of,
    key_of,
    room_needed,
    unknown,
)
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.settings import Settings

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,termination,checksum,expiration"
PIECE: Final = "application/offset+octet-stream"
Address = Callable[..., str]  # upload=…, key=… gives the address of a file at this door

_MOMENT: Final = 2.0  # seconds
_reading: dict[str, object] = {}
_reading_lock = threading.Lock()


def describe_server(settings: Settings) -> HttpResponse:
    """Answer OPTIONS: what is spoken here."""
    return _answer(
        204,
        {
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(settings.upload_bytes),
            "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        },
    )


def create(
    request: HttpRequest, *, actor: Actor, address: Address, settings: Settings, upload_id: UUID | None = None
) -> HttpResponse:
    """Begin a file: an archive file by itself, or one of the upload that is named. A first piece may come with it.

    Metadata: `filename` (or `path` within a folder), and `resubmit`, the number of the transfer it mends.
    """
    _require_version(request)
    size = _number(request, "Upload-Length")
    metadata = _metadata(request)
    if upload_id is None:
        name = metadata.get("filename") or metadata.get("name") or ""
        if size > settings.upload_bytes:
            raise arriving.too_large(settings)
        upload = arriving.begin(
            actor=actor, kind=arriving.ARCHIVE, name=name, files=1, size=size, settings=settings,
            resubmit=metadata.get("resubmit", ""),
        )  # fmt: skip
        path = name
    else:
        upload = selectors.upload(actor, upload_id)
        path = metadata.get("path") or metadata.get("relativePath") or metadata.get("filename") or ""
    key, standing = arriving.begin_file(upload=upload, path=path, size=size, settings=settings)
    headers = {"Location": address(upload=upload.pk, key=key), **_standing(upload, standing, settings)}
    if _length(request) and standing.offset == 0:
        _require_type(request)
        try:
            standing.offset = _append(request, upload, key, 0, settings)
        except (UploadCut, ChecksumMismatch):  # the file is begun: its sender learns where, and goes on from there
            standing.offset = _file(upload, key, settings).standing().offset
        headers["Upload-Offset"] = str(standing.offset)
    _finish_archive(actor, upload, standing.offset, settings)
    return _answer(201, headers)


def ask(request: HttpRequest, *, actor: Actor, upload_id: UUID, key: str, settings: Settings) -> HttpResponse:
    """Answer HEAD: how far a file is."""
    _require_version(request)
    upload = selectors.upload(actor, upload_id)
    if upload.state in ("sent", "taken") and upload.kind == arriving.ARCHIVE and key == key_of(upload.name):
        # The answer to the last piece may have been lost: the sender is told that all of it is here.
        standing = Standing(upload.name, upload.bytes, upload.bytes)
    else:
        arriving.require_open(upload)
        _wait_for_end(f"{upload.pk}/{key}")
        standing = _file(upload, key, settings).standing()
    metadata = f"path {base64.b64encode(standing.path.encode()).decode()}"
    return _answer(200, {**_standing(upload, standing, settings), "Upload-Metadata": metadata})


def append(request: HttpRequest, *, actor: Actor, upload_id: UUID, key: str, settings: Settings) -> HttpResponse:
    """Answer PATCH: take a piece in."""
    _require_version(request)
    _require_type(request)
    offset = _number(request, "Upload-Offset")
    upload = selectors.upload(actor, upload_id)
    arriving.require_open(upload)
    reached = _append(request, upload, key, offset, settings)
    _finish_archive(actor, upload, reached, settings)
    headers = {"Upload-Offset": str(reached), "Upload-Expires": _expires(upload, settings)}
    return _answer(204, headers)


def terminate(request: HttpRequest, *, actor: Actor, upload_id: UUID, key: str, settings: Settings) -> HttpResponse:
    """Answer DELETE: forget a file, and an archive file's whole upload with it."""
    _require_version(request)
    upload = selectors.upload(actor, upload_id)
    arriving.require_open(upload)
    arriving.remove_file(upload=upload, key=key, settings=settings)
    if upload.kind == arriving.ARCHIVE:
        arriving.remove(actor=actor, upload_id=upload_id, settings=settings)
    return _answer(204, {})


def view_upload(upload: Upload, *, address: Address, settings: Settings) -> dict[str, Any]:
    """An upload with all its files and the digests of what is here, so that a sender can compare before going on."""
    begun = files_of(arriving.parts_of(upload, settings)) if upload.is_open else ()
    files = [
        {
            "path": one.path, "size": one.size, "offset": one.offset, "address": address(upload=upload.pk, key=key),
            "segments": [[length, digest] for length, digest in one.segments],
        }
        for key, one in begun
    ]  # fmt: skip
    return {
        "id": str(upload.pk), "state": upload.state, "kind": upload.kind, "name": upload.name, "files": upload.files,
        "bytes": upload.bytes, "resubmit": upload.resubmit, "begun_at": upload.begun_at.isoformat(),
        "expires_at": arriving.expires_at(upload, settings).isoformat(), "begun": files,
    }  # fmt: skip


def method_of(request: HttpRequest) -> str:
    """The method that is meant: some networks let only GET and POST through."""
    return request.headers.get("X-HTTP-Method-Override", request.method or "").upper()


def told(status: int, content: dict[str, Any]) -> HttpResponse:
    """An answer of the desk to its own script."""
    return JsonResponse(content, status=status, headers={"Tus-Resumable": VERSION, "Cache-Control": "no-store"})


def _finish_archive(actor: Actor, upload: Upload, reached: int, settings: Settings) -> None:
    """With its last byte an archive file is a transfer; a folder is one when its sender says that it is whole."""
    if upload.kind == arriving.ARCHIVE and reached == upload.bytes:
        arriving.finish(actor=actor, upload_id=upload.pk, settings=settings)


def _append(request: HttpRequest, upload: Upload, key: str, offset: int, settings: Settings) -> int:
    length = _length(request)
    checksum = _checksum(request)
    file = _file(upload, key, settings)
    room_needed(settings.staging_path, length, settings.free_bytes)
    with _seat(f"{upload.pk}/{key}", settings):
        return file.append(
            _Body(request), offset=offset, length=length, checksum=checksum,
            on_segment=lambda _done: arriving.touch(upload),
        )  # fmt: skip


class _Body:
    """The body of a request, which just ends when its sender goes away."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        try:
            return self._request.read(size)
        except UnreadablePostError:
            return b""


@contextmanager
def _seat(name: str, settings: Settings) -> Iterator[None]:
    """Let uploads hold half of the server's threads at most: slow lines are not to keep others from their pages."""
    mine = object()
    with _reading_lock:
        # Whoever takes over a file takes the seat of the one before, whose line may be dead without anybody knowing.
        if name not in _reading and len(_reading) >= max(1, settings.web_threads // 2):
            raise UploadsBusy(
                _("Other uploads keep the server busy just now."), hint=_("Send this piece again in a few seconds.")
            )
        _reading[name] = mine
    try:
        yield
    finally:
        with _reading_lock:
            if _reading.get(name) is mine:
                del _reading[name]


def _wait_for_end(name: str) -> None:
    """Give a piece whose line has just broken the moment it needs to make durable what came of it.

    A line that died without anybody knowing never ends; whoever goes on takes over from it.
    """
    until = time.monotonic() + _MOMENT
    while name in _reading and time.monotonic() < until:
        time.sleep(0.02)


def _file(upload: Upload, key: str, settings: Settings) -> UploadFile:
    if not (key.isascii() and key.isalnum()):
        raise unknown()
    return UploadFile(arriving.parts_of(upload, settings), key)


def _standing(upload: Upload, standing: Standing, settings: Settings) -> dict[str, str]:
    return {
        "Upload-Offset": str(standing.offset),
        "Upload-Length": str(standing.size),
        "Upload-Expires": _expires(upload, settings),
    }


def _expires(upload: Upload, settings: Settings) -> str:
    return http_date(arriving.expires_at(upload, settings).timestamp())


def _answer(status: int, headers: dict[str, str]) -> HttpResponse:
    own = {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **headers}
    return HttpResponse(status=status, headers=own)


def _require_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise WrongTusVersion(
            _("The request does not speak version %(version)s of the tus protocol.", version=VERSION),
            hint=_("Send the header Tus-Resumable: %(version)s.", version=VERSION),
        )


def _require_type(request: HttpRequest) -> None:
    if request.headers.get("Content-Type") != PIECE:
        raise WrongContentType(
            _("A piece of an upload has the type %(type)s.", type=PIECE), hint=_("Send it as Content-Type.")
        )


def _number(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise BadTusRequest(
            _("The header %(name)s is missing or no number.", name=name), hint=_("Send it as tus 1.0 has it.")
        )
    return int(text)


def _length(request: HttpRequest) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _metadata(request: HttpRequest) -> dict[str, str]:
    found: dict[str, str] = {}
    header = request.headers.get("Upload-Metadata", "").strip()
    for pair in header.split(",") if header else ():
        name, _space, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise BadTusRequest(
                _("The header Upload-Metadata can't be read."),
                hint=_("Send names with values in Base64, separated by commas."),
            ) from None
    return found


def _checksum(request: HttpRequest) -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _space, value = header.strip().partition(" ")
    algorithm = algorithm.lower().replace("-", "")
    try:
        if algorithm not in ALGORITHMS:
            raise ValueError(algorithm)
        return Checksum(algorithm, base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        raise BadTusRequest(
            _("The header Upload-Checksum can't be read, or its algorithm is not known here."),
            hint=_("Use one of: %(names)s, and the digest in Base64.", names=", ".join(ALGORITHMS)),
        ) from None
