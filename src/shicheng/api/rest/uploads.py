"""Uploads that go on after a break (tus 1.0): what a file is begun with, its pieces, how far it is."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import PREFIX
from shicheng.api.problems import problem_of
from shicheng.api.schemas.common import Cursor, Limit
from shicheng.api.schemas.transfers import TransferOut
from shicheng.api.schemas.uploads import FolderIn, UploadOut, UploadPage, UploadRow
from shicheng.ingest import arriving, policies, selectors, tus
from shicheng.kernel.errors import ShichengError
from shicheng.settings import current

router = Router(tags=["uploads"])
SEND: Final = (policies.SEND,)
FINISH: Final = (policies.READ, policies.RECEIVE, policies.CHECK)
Key = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The file within the upload.")]


def _header(name: str, words: str, *, required: bool = True, pattern: str = "") -> dict[str, Any]:
    shape = {"type": "string", **({"pattern": pattern} if pattern else {})}
    return {"name": name, "in": "header", "required": required, "description": words, "schema": shape}


_VERSION = _header("Tus-Resumable", "Always 1.0.0.", pattern=r"^1\.0\.0$")
_SUM = _header("Upload-Checksum", "sha256 (sha1, sha512, sm3) and the digest of the piece in Base64.", required=False)
_BODY = {"content": {tus.PIECE: {"schema": {"type": "string", "format": "binary"}}}}
_BEGIN = {
    "parameters": [
        _VERSION,
        _header("Upload-Length", "Bytes of the whole file.", pattern="^[0-9]{1,18}$"),
        _header("Upload-Metadata", "`filename` of an archive or `path` within a folder; `resubmit`. Values in Base64."),
        _SUM,
    ],
    "requestBody": {"required": False, "description": "The first piece, or nothing.", **_BODY},
    "responses": {201: {"description": "Begun; Location is the address of the file, Upload-Offset how far it is."}},
}  # fmt: skip
_NOTHING = {204: {"description": "Done; see the headers."}}


@router.api_operation(["OPTIONS"], "", auth=needs(*SEND), openapi_extra={"responses": _NOTHING})
def show_uploads_server(request: HttpRequest) -> HttpResponse:
    """What is spoken here: version, extensions, largest size and digests of the tus protocol."""
    return tus.describe_server(current())


@router.get("", response=UploadPage, auth=needs(*SEND))
def list_uploads(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> UploadPage:
    """One's own unfinished uploads, newest first."""
    found, following = page(
        selectors.uploads(actor_of(request)), name="uploads", cursor=cursor, limit=limit, column="begun_at", down=True
    )
    return UploadPage(items=[UploadRow.of(one, current()) for one in found], next=following)


@router.post("", auth=needs(*SEND), openapi_extra=_BEGIN)
def begin_archive(request: HttpRequest) -> HttpResponse:
    """Begin the upload of an archive file; with its last byte it becomes a transfer and a job receives it."""
    return _spoken(request, lambda: tus.create(request, actor=actor_of(request), address=_address, settings=current()))


@router.post("/folders", response={201: UploadOut}, auth=needs(*SEND))
def begin_folder(request: HttpRequest, body: FolderIn) -> Any:
    """Begin the upload of a folder with many files, which are then begun one by one with their paths."""
    begun = arriving.begin(
        actor=actor_of(request), kind=arriving.FOLDER, name=body.name, files=body.files, size=body.bytes,
        settings=current(), resubmit=body.resubmit,
    )  # fmt: skip
    return Status(201, UploadOut(**tus.view_upload(begun, address=_address, settings=current())))


@router.get("/{upload_id}", response=UploadOut, auth=needs(*SEND))
def show_upload(request: HttpRequest, upload_id: UUID) -> UploadOut:
    """An upload with the files begun, how far each is, and the SHA-256 of every stretch that is here."""
    found = selectors.upload(actor_of(request), upload_id)
    return UploadOut(**tus.view_upload(found, address=_address, settings=current()))


@router.delete("/{upload_id}", response={204: None}, auth=needs(*SEND))
def remove_upload(request: HttpRequest, upload_id: UUID) -> Any:
    """Remove an unfinished upload and all that arrived of it."""
    arriving.remove(actor=actor_of(request), upload_id=upload_id, settings=current())
    return Status(204, None)


@router.post("/{upload_id}/files", auth=needs(*SEND), openapi_extra=_BEGIN)
def begin_file(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Begin a file of a folder; one of the same path and size that was begun before is found again."""
    return _spoken(
        request,
        lambda: tus.create(request, actor=actor_of(request), address=_address, settings=current(), upload_id=upload_id),
    )


@router.get(
    "/{upload_id}/files/{key}",
    auth=needs(*SEND),
    openapi_extra={"parameters": [_VERSION], "responses": {200: {"description": "How far it is: Upload-Offset."}}},
)
def ask_offset(request: HttpRequest, upload_id: UUID, key: Key) -> HttpResponse:
    """How far a file is, as headers; asked for with HEAD."""
    return _spoken(
        request,
        lambda: tus.ask(request, actor=actor_of(request), upload_id=upload_id, key=key, settings=current()),
    )


@router.patch(
    "/{upload_id}/files/{key}",
    auth=needs(*SEND),
    openapi_extra={
        "parameters": [
            _VERSION,
            _header("Upload-Offset", "Where the piece begins: where the last one ended.", pattern="^[0-9]{1,18}$"),
            _SUM,
        ],
        "requestBody": {"required": True, "description": "The piece.", **_BODY},
        "responses": _NOTHING,
    },
)  # fmt: skip
def send_piece(request: HttpRequest, upload_id: UUID, key: Key) -> HttpResponse:
    """Send a piece. It is durable when the answer comes; 409 says it begins elsewhere, 460 that it arrived damaged."""
    return _spoken(
        request,
        lambda: tus.append(request, actor=actor_of(request), upload_id=upload_id, key=key, settings=current()),
    )


@router.delete(
    "/{upload_id}/files/{key}",
    auth=needs(*SEND),
    openapi_extra={"parameters": [_VERSION], "responses": _NOTHING},
)
def remove_file(request: HttpRequest, upload_id: UUID, key: Key) -> HttpResponse:
    """Forget a file, and an archive file's whole upload with it (tus termination)."""
    return _spoken(
        request,
        lambda: tus.terminate(request, actor=actor_of(request), upload_id=upload_id, key=key, settings=current()),
    )


@router.post("/{upload_id}/finish", response={202: TransferOut}, auth=needs(*FINISH))
def finish_upload(request: HttpRequest, upload_id: UUID) -> Any:
    """Say that all files were sent. The answer is the transfer; asked again, the same one."""
    actor = actor_of(request)
    found = selectors.upload(actor, upload_id)
    if found.state in ("removed", "expired"):
        raise arriving.gone(found)
    transfer = arriving.finish(actor=actor, upload_id=upload_id, settings=current())
    return Status(202, TransferOut.of(transfer))


def _address(*, upload: UUID, key: str) -> str:
    return f"{PREFIX}uploads/{upload}/files/{key}"


def _spoken(request: HttpRequest, answer: Any) -> HttpResponse:
    """Every answer names the version of the protocol, also one that says no."""
    try:
        response: HttpResponse = answer()
    except ShichengError as error:
        response = problem_of(request, error)
        response.headers["Tus-Resumable"] = tus.VERSION
        response.headers["Tus-Version"] = tus.VERSION
    return response
