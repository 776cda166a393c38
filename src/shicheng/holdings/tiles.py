"""Reading pieces out of what a rendition's job packed: tiles of a large picture, pictures from along a film.

These files were written by this program; a tile is a slice of one, found in a list read once.
"""

from __future__ import annotations

import json
import re
import zipfile
from functools import lru_cache
from pathlib import Path

from shicheng.formats.tiling import OVERLAP, TILE
from shicheng.holdings.errors import ItemNotFound
from shicheng.kernel.messages import message as _

_TILE = re.compile(r"_files/(\d+)/(\d+)_(\d+)\.jpg\Z", re.ASCII)
_SIZE = re.compile(rb'(Height|Width)="(\d+)"')
_LOCAL_HEADER = 30  # bytes before the name (ZIP, 4.3.7)
_MOST_BYTES = 8 << 20
_DZI = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="jpg" Overlap="{overlap}" TileSize="{tile}">'
    '<Size Width="{width}" Height="{height}"/></Image>\n'
)

Tile = tuple[int, int, int]  # level, column, row


def describe(path: Path) -> str:
    """Describe a tiled picture as Deep Zoom does (DZI)."""
    width, height, _places = _listed(path, path.stat().st_mtime_ns)
    return _DZI.format(overlap=OVERLAP, tile=TILE, width=width, height=height)


def read_tile(path: Path, tile: Tile) -> bytes:
    """Return one tile as JPEG; raises `ItemNotFound`."""
    _width, _height, places = _listed(path, path.stat().st_mtime_ns)
    if tile not in places:
        raise ItemNotFound(_("The picture has no such part."))
    at, size = places[tile]
    with path.open("rb") as source:
        source.seek(at)
        head = source.read(_LOCAL_HEADER)
        source.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
        return source.read(min(size, _MOST_BYTES))


def frame_seconds(path: Path) -> list[float]:
    """The seconds at which the pictures of a film were taken."""
    with zipfile.ZipFile(path) as archive:
        return [float(one) for one in json.loads(archive.read("seconds.json"))]


def read_frame(path: Path, number: int) -> bytes:
    """Return one picture of a film as JPEG; raises `ItemNotFound`."""
    with zipfile.ZipFile(path) as archive:
        try:
            return archive.read(f"{number}.jpg")
        except KeyError:
            raise ItemNotFound(_("The picture has no such part.")) from None


@lru_cache(maxsize=16)
def _listed(path: Path, _changed: int) -> tuple[int, int, dict[Tile, tuple[int, int]]]:
    """Width, height, and where each tile lies; `_changed` makes a picture tiled anew another one."""
    places: dict[Tile, tuple[int, int]] = {}
    width = height = 0
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            found = _TILE.search(member.filename)
            if found and member.compress_type == zipfile.ZIP_STORED:
                places[int(found[1]), int(found[2]), int(found[3])] = member.header_offset, member.file_size
            elif member.filename.endswith(".dzi"):
                sizes = dict(_SIZE.findall(archive.read(member)[:2000]))
                width, height = int(sizes.get(b"Width", 0)), int(sizes.get(b"Height", 0))
    return width, height, places
