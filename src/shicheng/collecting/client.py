"""A client of the filing interface, for trying a system out and for scripts: a folder with a metadata.json is pushed.

Needs nothing but the standard library and knows no database; a business system can be built after it.
"""

from __future__ import annotations

import http.client
import json
import mimetypes
import ssl
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from shicheng.collecting.errors import PushFailed
from shicheng.kernel.digests import digest_bytes, digest_file
from shicheng.kernel.messages import message as _
from shicheng.kernel.reasons import reason_of

DESCRIPTION: Final = "metadata.json"
ADDRESS: Final = "/api/v1/filing/documents"
TRIES: Final = 6
_CHUNK: Final = 1 << 20
_SECONDS: Final = 300.0
_AGAIN: Final = frozenset({0, 429, 500, 502, 503, 504})
_BUSY: Final = "api.idempotency.in_progress"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive answered; status 0 where it did not."""

    status: int
    content: dict[str, Any]
    tries: int = 1

    @property
    def is_taken(self) -> bool:
        """Tell whether there is a receipt."""
        return self.status in (200, 201)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A document ready to be sent: its description with sizes and digests filled in, its files by their parts."""

    metadata: dict[str, Any]
    files: dict[str, Path]

    @property
    def key(self) -> str:
        """The idempotency key: the same document gives the same, however often it is sent."""
        return digest_bytes(json.dumps(self.metadata, ensure_ascii=False, sort_keys=True).encode(), "sha256")


# address, headers, body in pieces, whole length -> status, body
Sender = Callable[[str, dict[str, str], Iterable[bytes], int], tuple[int, bytes]]


def parcels(path: Path) -> list[Path]:
    """The descriptions below a path: the file itself, that of the folder, or those of the folders in it."""
    if path.is_file():
        return [path]
    if (path / DESCRIPTION).is_file():
        return [path / DESCRIPTION]
    found = sorted(path.glob(f"*/{DESCRIPTION}"))
    if not found:
        raise PushFailed(
            _("There is no %(name)s at %(path)s.", name=DESCRIPTION, path=str(path)),
            hint=_("Describe the document in that file, as the schema at /api/v1/filing/schema says."),
        )
    return found


def read_parcel(path: Path) -> Parcel:
    """Read a description and complete what can be worked out: parts, sizes, digests. The archive judges the rest."""
    try:
        metadata = json.loads(path.read_text("utf-8"))
        listed = [dict(one) for one in metadata.get("files", ())]
    except OSError as error:
        raise PushFailed(_("%(path)s can't be read: %(reason)s.", path=str(path), reason=reason_of(error))) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise PushFailed(
            _("%(path)s is not in the form it should have: %(reason)s.", path=str(path), reason=str(error)),
            hint=_("Write it as the schema at /api/v1/filing/schema says."),
        ) from error
    files: dict[str, Path] = {}
    for number, one in enumerate(listed, start=1):
        one.setdefault("part", f"file{number}")
        local = path.parent / str(one.get("name", ""))
        if not local.is_file():
            raise PushFailed(
                _("The file %(name)s is not beside %(path)s.", name=str(one.get("name", "")), path=str(path)),
                hint=_("Put it there, or take it out of the description."),
            )
        digests, size = digest_file(local, ["sm3"])
        one.setdefault("size", size)
        one.setdefault("digest", {"algorithm": "SM3", "value": digests["sm3"]})
        files[str(one["part"])] = local
    return Parcel({"schema": "shicheng-filing/1", **metadata, "files": listed}, files)


def push(
    parcel: Parcel, *, to: str, token: str, trial: bool = False, language: str = "", send: Sender | None = None,
    wait: Callable[[float], object] = time.sleep,
) -> Answer:  # fmt: skip
    """Push a document and return what was answered; sends the same again while nobody answers clearly."""
    address = f"{to.rstrip('/')}{ADDRESS}{'?trial=true' if trial else ''}"
    boundary = f"shicheng-{uuid.uuid4().hex}"
    # The key belongs to the body as it is, boundary and all; a resend of this call is the same request.
    headers = {
        "Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Idempotency-Key": f"{parcel.key}-{boundary[-12:]}", "Accept": "application/json",
        **({"Accept-Language": language} if language else {}),
    }  # fmt: skip
    length = sum(
        len(piece) if isinstance(piece, bytes) else piece.stat().st_size for piece in _pieces(parcel, boundary)
    )
    answer = Answer(0, {})
    for number in range(1, TRIES + 1):
        status, body = (send or _send)(address, dict(headers), _body(parcel, boundary), length)
        answer = Answer(status, _read(body), number)
        is_busy = answer.content.get("code") == _BUSY
        if status not in _AGAIN and not is_busy:
            break
        if status == 0 or is_busy:
            # A request that died holds its key for a while. The archive knows the document by itself.
            headers.pop("Idempotency-Key", None)
        if number < TRIES:
            wait(min(2.0**number, 30.0))
    return answer


def _pieces(parcel: Parcel, boundary: str) -> Iterator[bytes | Path]:
    described = json.dumps(parcel.metadata, ensure_ascii=False).encode()
    yield _head(boundary, "metadata", "", "application/json") + described + b"\r\n"
    for part, path in parcel.files.items():
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        yield _head(boundary, part, part, kind)  # the real name stands in the description
        yield path
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _head(boundary: str, name: str, file_name: str, kind: str) -> bytes:
    named = f'; filename="{file_name}"' if file_name else ""
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\nContent-Type: {kind}\r\n\r\n'
    ).encode()


def _body(parcel: Parcel, boundary: str) -> Iterator[bytes]:
    for piece in _pieces(parcel, boundary):
        if isinstance(piece, bytes):
            yield piece
            continue
        with piece.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


def _send(address: str, headers: dict[str, str], body: Iterable[bytes], length: int) -> tuple[int, bytes]:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PushFailed(
            _("“%(address)s” is no address of an archive.", address=address[:200]),
            hint=_("Give it with --to, such as https://archive.example.org"),
        )
    connection = (
        http.client.HTTPSConnection(parts.hostname, parts.port, timeout=_SECONDS, context=ssl.create_default_context())
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname, parts.port, timeout=_SECONDS)
    )
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        try:
            connection.request("POST", target, body, {**headers, "Content-Length": str(length)})
        except (BrokenPipeError, ConnectionResetError):
            pass  # answered before all was sent, as a refused token is
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        return 0, json.dumps({"detail": f"{type(error).__name__}: {error}"}).encode()
    finally:
        connection.close()


def _read(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {"detail": body[:500].decode("utf-8", "replace")}
    return content if isinstance(content, dict) else {"detail": str(content)[:500]}
