"""Large pictures cut into tiles of many sizes (Deep Zoom), streamed by libvips so that memory does not grow with them.

Like inspection, this runs parsers on foreign bytes: call it in a child process with limits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image

from shicheng.formats.errors import CannotRender, reasons_named
from shicheng.kernel.messages import message as _

TILE = 512
OVERLAP = 1
_QUALITY = 84
# What libvips reads row by row; everything else is decoded by Pillow, whole, within the memory allowed.
STREAMED = frozenset({"image/tiff", "image/jpeg", "image/png", "image/webp"})
_MOST_REDUCED = 6  # halvings of a JPEG 2000 picture that is too large to decode in full


def make_tiles(path: Path, mime: str, page: int, target: Path, *, memory: int) -> None:
    """Write page `page` (from 1) of a picture as Deep Zoom tiles into an unpacked-size ZIP at `target`.

    `memory` is the number of bytes that a picture which can't be streamed may take when decoded; a JPEG 2000
    picture beyond that is cut at a half, a quarter … of its size. Raises `CannotRender`.
    """
    with reasons_named(path):
        image = _opened(path, mime, page, memory)
        # One member per tile, stored as it is: a tile is then a slice of this file.
        image.dzsave(
            str(target), container="zip", tile_size=TILE, overlap=OVERLAP, suffix=f".jpg[Q={_QUALITY}]", compression=0,
            keep="none",
        )  # fmt: skip


def shrink(path: Path, mime: str, page: int, width: int) -> bytes | None:
    """Draw a picture at most `width` pixels wide as PNG by streaming, None if its format can't be streamed."""
    if mime not in STREAMED:
        return None
    import pyvips

    options = f"[page={page - 1}]" if mime == "image/tiff" else ""
    image = pyvips.Image.thumbnail(f"{path}{options}", width, height=width * 20, size="down", fail_on="error")
    drawn: bytes = _plain(image).pngsave_buffer(compression=3, keep="none")
    return drawn


def _opened(path: Path, mime: str, page: int, memory: int) -> Any:
    import pyvips

    if mime in STREAMED:
        options: dict[str, Any] = {"page": page - 1} if mime == "image/tiff" else {}
        image = pyvips.Image.new_from_file(str(path), access="sequential", fail_on="error", **options)
        turned = image.get_typeof("orientation") and image.get("orientation") > 1
        if turned:  # turning needs the rows in another order: libvips keeps them in a file of its own meanwhile
            image = pyvips.Image.new_from_file(str(path), access="random", fail_on="error", **options).autorot()
        return _plain(image)
    with Image.open(path) as picture:
        if not 1 <= page <= int(getattr(picture, "n_frames", 1)):
            raise IndexError(page)
        picture.seek(page - 1)
        _fit(picture, mime, memory, path.name)
        shown = picture.point(lambda v: v / 256).convert("L") if picture.mode.startswith("I;16") else picture
        whole = shown.convert("L" if shown.mode in ("1", "L") else "RGB")
        return pyvips.Image.new_from_memory(
            whole.tobytes(), whole.width, whole.height, len(whole.getbands()), "uchar"
        ).copy(interpretation="srgb" if whole.mode == "RGB" else "b-w")


def _fit(picture: Any, mime: str, memory: int, name: str) -> None:
    """Let a picture be decoded within `memory`, at a part of its size where its format allows that."""
    cost = picture.width * picture.height * 8  # as Pillow holds it, as bytes, and as libvips gets them
    halvings = 0
    while cost >> (2 * halvings) > memory:
        halvings += 1
    if not halvings:
        return
    if mime in ("image/jp2", "image/jpx") and halvings <= _MOST_REDUCED:
        picture.reduce = halvings
        return
    raise CannotRender(
        _(
            "The picture %(name)s has %(width)s × %(height)s pixels, more than can be shown here.",
            name=name,
            width=picture.width,
            height=picture.height,
        )
    )


def _plain(image: Any) -> Any:
    """Eight bits of red, green and blue, on white where it was transparent."""
    if image.hasalpha():
        image = image.flatten(background=[255.0, 255.0, 255.0] if image.bands > 2 else [255.0])
    if image.interpretation not in ("srgb", "b-w"):
        image = image.colourspace("srgb")
    return image.cast("uchar") if image.format != "uchar" else image
