"""Pictures of files for people: pages, thumbnails, waveforms, poster frames. Nothing here changes a file.

Like inspection, these run parsers on foreign bytes: call them in a child process or a worker, not beside secrets.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from shicheng.formats.errors import CannotRender, reasons_named
from shicheng.formats.image import open_image, pixel_cost
from shicheng.formats.recordings import peaks, wave_path
from shicheng.formats.tiling import STREAMED, shrink
from shicheng.kernel.messages import message as _

_MEMORY = 1 << 30
_WIDEST = 6000
_POSTER_SHARE = 0.1
_LARGE = 96 << 20  # bytes of a decoded picture from which it is streamed
_pdfium = threading.Lock()  # PDFium is not safe for threads


def page_count(path: Path, mime: str) -> int:
    """Count the pages of a PDF or an image; raises CannotRender for other formats and broken files."""
    with reasons_named(path):
        if mime == "application/pdf":
            with _pdfium, _pdf(path) as document:
                return len(document)
        if mime.startswith("image/"):
            with Image.open(path) as image:  # nothing is decoded, so its size does not matter
                return int(getattr(image, "n_frames", 1))
    raise _unknown(path, mime)


def render_page(path: Path, mime: str, page: int, width: int) -> bytes:
    """Draw page `page` (from 1) at most `width` pixels wide, as PNG; images are never enlarged."""
    width = max(1, min(width, _WIDEST))
    with reasons_named(path):
        if mime == "application/pdf":
            return _png(_pdf_page(path, page, width))
        if mime.startswith("image/"):
            if mime in STREAMED and _is_large(path) and (drawn := shrink(path, mime, page, width)):
                return drawn
            with open_image(path, _MEMORY) as image:
                if not 1 <= page <= int(getattr(image, "n_frames", 1)):
                    raise IndexError(page)
                image.seek(page - 1)
                return _png(_shown(image, (width, width * 20)))
    raise _unknown(path, mime)


def thumbnail(path: Path, mime: str, side: int = 256) -> bytes:
    """Draw the first page or a frame of a video inside a square of `side` pixels, as PNG."""
    with reasons_named(path):
        if mime == "application/pdf":
            picture = _pdf_page(path, 1, side)
            picture.thumbnail((side, side))
            return _png(picture)
        if mime.startswith("image/"):
            with open_image(path, _MEMORY) as image:
                return _png(_shown(image, (side, side)))
    if mime.startswith("video/"):
        return poster_frame(path, width=side)
    raise _unknown(path, mime)


def poster_frame(path: Path, *, width: int = 640) -> bytes:
    """Draw one frame from near the start of a video, as PNG."""
    import av

    with reasons_named(path), av.open(str(path)) as container:
        if not container.streams.video:
            raise ValueError("no picture")
        stream = container.streams.video[0]
        if container.duration:
            container.seek(int(container.duration * _POSTER_SHARE) + (container.start_time or 0), backward=True)
        for frame in container.decode(stream):
            picture: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV has no types here
            picture.thumbnail((width, width * 4))
            return _png(picture)
        raise ValueError("no frame")


def waveform(path: Path, *, width: int = 600, height: int = 80) -> str:
    """Draw the loudness of a recording over time as an SVG without scripts; it takes the colour of the text around."""
    _seconds, heights = peaks(path)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path d="{wave_path(heights, width, height)}" stroke="currentColor" '
        f'stroke-width="{width / len(heights) * 0.7:.2f}" fill="none"/></svg>'
    )


@contextmanager
def _pdf(path: Path) -> Iterator[Any]:
    import pypdfium2

    document = pypdfium2.PdfDocument(str(path))
    try:
        yield document
    finally:
        document.close()


def _pdf_page(path: Path, page: int, width: int) -> Image.Image:
    with _pdfium, _pdf(path) as document:
        if not 1 <= page <= len(document):
            raise IndexError(page)
        sheet = document[page - 1]
        wide, high = sheet.get_size()
        # A page of extreme proportions must not cost gigabytes.
        scale = min(width / max(wide, 1), _WIDEST * 2 / max(high, 1))
        picture: Image.Image = sheet.render(scale=scale, may_draw_forms=False).to_pil()
        return picture.copy()


def _is_large(path: Path) -> bool:
    with Image.open(path) as image:
        return pixel_cost(image) > _LARGE


def _shown(image: Image.Image, box: tuple[int, int]) -> Image.Image:
    """Scale down to a box; sixteen-bit greys and palettes become what PNG and browsers show."""
    image.draft("RGB", box)
    if image.mode.startswith("I;16"):
        picture = image.point(lambda value: value / 256).convert("L")
    elif image.mode == "1":
        picture = image.convert("L")
    elif image.mode in ("L", "RGB", "RGBA", "LA"):
        picture = image.copy()
    else:
        picture = image.convert("RGBA" if "transparency" in image.info else "RGB")
    picture.thumbnail(box)
    return picture


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _unknown(path: Path, mime: str) -> CannotRender:
    return CannotRender(_("Files of type %(mime)s, like %(name)s, can't be shown as pages.", mime=mime, name=path.name))
