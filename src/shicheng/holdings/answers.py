"""Answers with the bytes of a file: a page as a picture, the sound or film by ranges, the original to keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from shicheng.holdings.models import File
from shicheng.holdings.rendering import page_png, page_svg
from shicheng.settings.types import Settings
from shicheng.storage.services import open_store

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_CHUNK = 1 << 18
# A drawing may hold its own styles, fonts and pictures and nothing that acts or comes from elsewhere.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"
CLOSED_POLICY = "default-src 'none'; sandbox"
PLAYED = re.compile(r"(audio|video)/[a-z0-9.+-]+", re.ASCII)


def answer_picture(one: File, page: int, width: int, settings: Settings) -> HttpResponseBase:
    """A page of a PDF or an image as PNG."""
    return _drawn(page_png(one, page, width, settings), "image/png", CLOSED_POLICY)


def answer_drawing(one: File, page: int, settings: Settings) -> HttpResponseBase:
    """A page of an OFD as a document of its own, with a policy of its own."""
    return _drawn(page_svg(one, page, settings), "image/svg+xml", SVG_POLICY)


def answer_playing(request: HttpRequest, one: File, settings: Settings) -> HttpResponseBase:
    """Sound or film for the browser's player."""
    kind = one.mime if PLAYED.fullmatch(one.mime) else "application/octet-stream"
    return _ranged(request, one, settings, kind=kind, disposition="inline")


def answer_original(request: HttpRequest, one: File, settings: Settings) -> HttpResponseBase:
    """The file as it came, under the name it came with (RFC 5987)."""
    plain = "".join(c if 32 <= ord(c) < 127 and c not in '"\\%' else "_" for c in one.name)
    name = quote(one.name.encode("utf-8", "surrogateescape"), safe="")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    return _ranged(request, one, settings, kind="application/octet-stream", disposition=disposition)


def _drawn(path: Path, kind: str, policy: str) -> HttpResponseBase:
    return FileResponse(
        path.open("rb"),
        content_type=kind,
        headers={"Content-Security-Policy": policy, "Cache-Control": "private, max-age=86400"},
    )


def _ranged(request: HttpRequest, one: File, settings: Settings, *, kind: str, disposition: str) -> HttpResponseBase:
    tag = f'"{one.sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Content-Disposition": disposition,
        "Content-Security-Policy": CLOSED_POLICY,
        "Cache-Control": "private, no-cache",
    }
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    wanted = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    span = _span(wanted, one.size)
    if span is None:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{one.size}"})
    start, end = span
    partial = (start, end) != (0, one.size)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{one.size}"
    headers["Content-Length"] = str(end - start)
    source = open_store(settings).open(one.item.object_id, one.logical_path)
    return StreamingHttpResponse(
        _Pieces(source, start, end - start), status=206 if partial else 200, content_type=kind, headers=headers
    )


def _span(text: str, size: int) -> tuple[int, int] | None:
    """Start and end of the one range asked for, the whole where none is, None where it can't be met (RFC 9110, 14)."""
    match = _RANGE.fullmatch(text.strip())
    if match is None or not (match[1] or match[2]):
        return 0, size  # no range, several, or another unit: the whole is a right answer
    if not match[1]:
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
    return (start, end) if start < end else None


class _Pieces:
    """The bytes of a span, read as they are sent; closed also when nobody asked for the first piece."""

    def __init__(self, source: BinaryIO, start: int, length: int) -> None:
        self._source, self._start, self._length = source, start, length

    def __iter__(self) -> Iterator[bytes]:
        self._source.seek(self._start)
        left = self._length
        while left > 0 and (piece := self._source.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        """Let the file go."""
        self._source.close()
