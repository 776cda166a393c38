"""Large pictures are cut into tiles without being held whole; sound and film are looked over."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
import pyvips
from PIL import Image

from builders.recordings import film, loudening
from shicheng.formats import recordings, tiling
from shicheng.formats.errors import CannotRender
from shicheng.holdings import children
from shicheng.holdings.errors import CannotShow

MIMES = {"tif": "image/tiff", "jpg": "image/jpeg", "png": "image/png", "jp2": "image/jp2", "bmp": "image/bmp"}


def _levels(packed: Path) -> dict[int, int]:
    """Number of tiles by level."""
    with zipfile.ZipFile(packed) as archive:
        names = [name.split("_files/")[1] for name in archive.namelist() if name.endswith(".jpg")]
    levels: dict[int, int] = {}
    for name in names:
        level = int(name.partition("/")[0])
        levels[level] = levels.get(level, 0) + 1
    return levels


@pytest.mark.parametrize("ending", list(MIMES))
def test_a_picture_becomes_tiles_of_every_size(tmp_path: Path, ending: str) -> None:
    source, packed = tmp_path / f"plan.{ending}", tmp_path / "tiles"
    Image.new("RGB", (1100, 600), "#a33").save(source)
    tiling.make_tiles(source, MIMES[ending], 1, packed, memory=64 << 20)
    levels = _levels(packed)
    assert (min(levels), max(levels)) == (0, 11)
    assert levels[11] == 6  # three by two
    with zipfile.ZipFile(packed) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/11/0_0.jpg"))
        with Image.open(io.BytesIO(archive.read(name))) as tile:
            assert tile.size == (513, 513)
            assert all(abs(a - b) < 6 for a, b in zip(tile.getpixel((9, 9)), (170, 51, 51), strict=True))


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [("1", 1, 255), ("L", 90, 90), ("I;16", 0x4000, 64), ("RGBA", (0, 0, 0, 0), 255), ("CMYK", (0, 0, 0, 255), 0)],
)
def test_odd_colours_become_what_browsers_show(tmp_path: Path, mode: str, colour: object, shown: int) -> None:
    source, packed = tmp_path / "odd.tif", tmp_path / "tiles"
    Image.new(mode, (600, 40), colour).save(source)  # type: ignore[arg-type]
    tiling.make_tiles(source, "image/tiff", 1, packed, memory=64 << 20)
    with zipfile.ZipFile(packed) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/10/0_0.jpg"))
        with Image.open(io.BytesIO(archive.read(name))) as tile:
            pixel = tile.convert("L").getpixel((20, 20))
            assert abs(pixel - shown) < 48, pixel  # sixteen bits and inks are converted by their profiles


def test_each_page_of_a_file_has_tiles_of_its_own_and_none_beyond_the_last(tmp_path: Path) -> None:
    source = tmp_path / "pages.tif"
    first, second = Image.new("RGB", (600, 600), "red"), Image.new("RGB", (1300, 200), "blue")
    first.save(source, save_all=True, append_images=[second])
    tiling.make_tiles(source, "image/tiff", 2, tmp_path / "tiles", memory=64 << 20)
    assert max(_levels(tmp_path / "tiles")) == 11
    with pytest.raises(CannotRender):
        tiling.make_tiles(source, "image/tiff", 3, tmp_path / "none", memory=64 << 20)


def test_a_turned_photograph_is_shown_upright(tmp_path: Path) -> None:
    source = tmp_path / "photo.jpg"
    picture = Image.new("RGB", (1200, 300), "white")
    exif = picture.getexif()
    exif[0x0112] = 6  # to be turned right
    picture.save(source, exif=exif)
    tiling.make_tiles(source, "image/jpeg", 1, tmp_path / "tiles", memory=64 << 20)
    with zipfile.ZipFile(tmp_path / "tiles") as archive:
        text = archive.read(next(name for name in archive.namelist() if name.endswith(".dzi"))).decode()
    assert 'Width="300"' in text
    assert 'Height="1200"' in text


def test_a_jpeg_2000_too_large_for_memory_is_shown_at_a_part_of_its_size(tmp_path: Path) -> None:
    source = tmp_path / "map.jp2"
    Image.new("RGB", (1600, 1200), "#253").save(source)
    tiling.make_tiles(source, "image/jp2", 1, tmp_path / "tiles", memory=8 << 20)
    assert max(_levels(tmp_path / "tiles")) == 10  # half as wide
    Image.new("RGB", (1600, 1200)).save(tmp_path / "map.bmp")
    with pytest.raises(CannotRender, match="more than can be shown"):
        tiling.make_tiles(tmp_path / "map.bmp", "image/bmp", 1, tmp_path / "none", memory=8 << 20)


def test_a_picture_larger_than_the_memory_allowed_is_streamed(tmp_path: Path) -> None:
    source = tmp_path / "wall map.tif"
    pyvips.Image.black(20_000, 16_000, bands=3).tiffsave(
        str(source), compression="deflate"
    )  # 1,280 MB as Pillow holds it
    task = {
        "path": str(source), "out": str(tmp_path / "tiles"), "scratch": str(tmp_path), "page": 1,
        "mime": "image/tiff", "memory": 1000 << 20,
    }  # fmt: skip
    children.draw({**task, "kind": "tiles"}, "wall map.tif", seconds=120)
    assert max(_levels(tmp_path / "tiles")) == 15
    children.draw({**task, "kind": "png", "width": 480, "out": str(tmp_path / "page")}, "wall map.tif", seconds=120)
    with Image.open(tmp_path / "page") as page:
        assert page.size == (480, 384)


def test_a_broken_picture_is_refused_in_words(tmp_path: Path) -> None:
    source = tmp_path / "broken.tif"
    Image.new("RGB", (900, 900)).save(source)
    source.write_bytes(source.read_bytes()[:60_000])
    with pytest.raises(CannotRender, match=r"broken\.tif"):
        tiling.make_tiles(source, "image/tiff", 1, tmp_path / "tiles", memory=64 << 20)


def test_peaks_follow_the_loudness(tmp_path: Path) -> None:
    source = tmp_path / "speech.wav"
    source.write_bytes(loudening())
    seconds, heights = recordings.peaks(source)
    assert round(seconds, 1) == 2.0
    assert len(heights) <= recordings.PEAKS
    assert heights[0] < 0.05 < 0.8 < heights[-1] <= 1
    assert recordings.wave_path(heights, 1200, 96).startswith("M0.0 ")


def test_pictures_from_along_a_film_follow_its_way(tmp_path: Path) -> None:
    source = tmp_path / "film.avi"
    film(source)
    found = recordings.frames(source, count=4, width=80)
    seconds = [second for second, _picture in found]
    assert len(found) >= 3
    assert seconds == sorted(set(seconds))
    with Image.open(io.BytesIO(found[0][1])) as picture:
        assert picture.width == 80


def test_what_is_no_recording_is_refused_and_a_playlist_opens_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.wav"
    secret.write_bytes(loudening())
    playlist = tmp_path / "list.avi"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:2,\nfile://{secret}\n#EXT-X-ENDLIST\n")
    for path in (playlist, _with(tmp_path / "nothing.mp4", b"\x00" * 5000)):
        with pytest.raises(CannotRender):
            recordings.peaks(path)


def test_a_child_ends_when_nobody_wants_its_work(tmp_path: Path) -> None:
    source = tmp_path / "speech.wav"
    source.write_bytes(loudening(20))

    class Enough(Exception):
        pass

    def stop() -> None:
        raise Enough

    task = {"kind": "sound", "path": str(source), "out": str(tmp_path / "out"), "scratch": str(tmp_path)}
    with pytest.raises(Enough):
        children.launch(["/bin/sleep", "60"], "speech.wav", seconds=90, memory=1 << 30, most_bytes=1 << 20, watch=stop)
    with pytest.raises(CannotShow, match="could not convert"):
        children.launch(["/bin/false"], "speech.wav", seconds=30, memory=1 << 30, most_bytes=1 << 20)
    children.draw({**task, "memory": 2 << 30}, "speech.wav", seconds=60)
    assert json.loads((tmp_path / "out").read_text())["seconds"] == 20


def _with(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
