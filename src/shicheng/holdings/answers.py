"""Answers with the bytes of a file: a page as a picture, the sound or film by ranges, the original to keep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from shicheng.holdings import renditions, tiles
from shicheng.holdings.errors import CannotShow
from shicheng.holdings.file_views import played_mime
from shicheng.holdings.models import File
from shicheng.holdings.rendering import office_pdf, page_png, page_svg
from shicheng.holdings.renditions import Kind, State
from shicheng.kernel.messages import message as _
from shicheng.settings.types import Settings
from shicheng.storage.services import open_store

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_CHUNK = 1 << 18
_PDF = "application/pdf"
# A drawing may hold its own styles, fonts and pictures and nothing that acts or comes from elsewhere.
SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox"
CLOSED_POLICY = "default-src 'none'; sandbox"
PLAYED = re.compile(r"(audio|video)/[a-z0-9.+-]+", re.ASCII)
_KEPT_BY_BROWSER = "private, max-age=86400"


@dataclass(frozen=True, slots=True)
class _Content:
    """Bytes to be sent: how to open them, how many there are, and what names this very state of them."""

    open: Callable[[], BinaryIO]
    size: int
    tag: str


def answer_picture(one: File, page: int, width: int, settings: Settings) -> HttpResponseBase:
    """A page of a PDF or an image as PNG."""
    return _drawn(page_png(one, page, width, settings), "image/png", CLOSED_POLICY)


def answer_drawing(one: File, page: int, settings: Settings) -> HttpResponseBase:
    """A page of an OFD as a document of its own, with a policy of its own."""
    return _drawn(page_svg(one, page, settings), "image/svg+xml", SVG_POLICY)


def answer_document(request: HttpRequest, one: File, settings: Settings) -> HttpResponseBase:
    """A PDF, or the PDF made of an office document, for the viewer in the page; opened alone it is only downloaded."""
    if one.mime == _PDF:
        content = _original(one, settings)
    else:
        path = office_pdf(one, settings)
        if path is None:
            raise CannotShow(_("The pages of %(name)s are not prepared.", name=one.name))
        content = _kept(path)
    return _ranged(request, content, kind=_PDF, disposition="attachment")


def answer_playing(request: HttpRequest, one: File, settings: Settings) -> HttpResponseBase:
    """Sound or film for the browser's player."""
    mime = played_mime(one)
    kind = mime if PLAYED.fullmatch(mime) else "application/octet-stream"
    return _ranged(request, _original(one, settings), kind=kind, disposition="inline")


def answer_proxy(request: HttpRequest, one: File, kind: Kind, settings: Settings) -> HttpResponseBase:
    """Sound or film in a form that browsers play, by ranges."""
    made = _ready(renditions.want(one, kind, settings))
    mime = "video/mp4" if kind is Kind.FILM else "audio/mp4"
    return _ranged(request, _kept(made), kind=mime, disposition="inline")


def answer_zoom(one: File, page: int, settings: Settings) -> HttpResponseBase:
    """What a viewer of large pictures has to know (DZI); 202 as long as the tiles are being cut."""
    found = renditions.want(one, Kind.TILES, settings, page=page)
    if found.state in (State.MAKING, State.BUSY):
        return HttpResponse(status=202, headers={"Retry-After": "1", "Cache-Control": "no-store"})
    text = tiles.describe(_ready(found))
    return _sent(text.encode("utf-8"), "application/xml", cached="private, no-cache")


def answer_tile(one: File, page: int, tile: tiles.Tile, settings: Settings) -> HttpResponseBase:
    """One tile of a large picture."""
    return _sent(tiles.read_tile(_ready(renditions.want(one, Kind.TILES, settings, page=page)), tile), "image/jpeg")


def answer_frame(one: File, number: int, settings: Settings) -> HttpResponseBase:
    """One picture from along a film."""
    return _sent(tiles.read_frame(_ready(renditions.want(one, Kind.FRAMES, settings)), number), "image/jpeg")


def answer_original(request: HttpRequest, one: File, settings: Settings) -> HttpResponseBase:
    """The file as it came, under the name it came with (RFC 5987)."""
    plain = "".join(c if 32 <= ord(c) < 127 and c not in '"\\%' else "_" for c in one.name)
    name = quote(one.name.encode("utf-8", "surrogateescape"), safe="")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    return _ranged(request, _original(one, settings), kind="application/octet-stream", disposition=disposition)


def _ready(found: renditions.Rendition) -> Path:
    if found.path is None:
        raise CannotShow(found.message or _("It is being prepared; this takes a moment."))
    return found.path


def _drawn(path: Path, kind: str, policy: str) -> HttpResponseBase:
    return FileResponse(
        path.open("rb"),
        content_type=kind,
        headers={"Content-Security-Policy": policy, "Cache-Control": _KEPT_BY_BROWSER},
    )


def _sent(content: bytes, kind: str, *, cached: str = _KEPT_BY_BROWSER) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Security-Policy": CLOSED_POLICY, "Cache-Control": cached}
    )


def _original(one: File, settings: Settings) -> _Content:
    def opened() -> BinaryIO:
        return open_store(settings).open(one.item.object_id, one.logical_path)

    return _Content(opened, one.size, f'"{one.sha256}"')


def _kept(path: Path) -> _Content:
    """A rendition in the cache; made anew it may differ, so its time names it too."""
    try:
        known = path.stat()
    except FileNotFoundError:  # taken away this moment
        raise CannotShow(
            _("It was just taken out of the cache."), hint=_("Wait a moment, then load the page again.")
        ) from None
    return _Content(lambda: path.open("rb"), known.st_size, f'"{path.name[:32]}-{known.st_ino}-{known.st_size}"')


def _ranged(request: HttpRequest, content: _Content, *, kind: str, disposition: str) -> HttpResponseBase:
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": content.tag,
        "Content-Disposition": disposition,
        "Content-Security-Policy": CLOSED_POLICY,
        "Cache-Control": "private, no-cache",
    }
    if request.headers.get("If-None-Match") == content.tag:
        return HttpResponse(status=304, headers=headers)
    wanted = request.headers.get("Range", "") if request.headers.get("If-Range", content.tag) == content.tag else ""
    match = _RANGE.fullmatch(wanted.strip()) if len(wanted) < 60 else None
    start, end, status = 0, content.size, 200  # no range, several, or another unit: the whole is a right answer
    if match is not None and (match[1] or match[2]):
        start, end = _span(match[1], match[2], content.size)
        if start >= end:
            return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{content.size}"})
        status = 206  # also for the whole: Safari plays nothing from a server that does not answer in ranges
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
    headers["Content-Length"] = str(end - start)
    return StreamingHttpResponse(
        _Pieces(content.open(), start, end - start), status=status, content_type=kind, headers=headers
    )


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """Start and end of the one range asked for; not before its end where it can't be met (RFC 9110, 14.1.2)."""
    if not first:
        return max(0, size - int(last)), size
    return int(first), min(size, int(last) + 1) if last else size


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
