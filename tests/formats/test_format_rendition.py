"""Pictures of files."""

from __future__ import annotations

import io
from pathlib import Path

import format_samples as samples
import pytest
from lxml import etree
from PIL import Image

from shicheng.formats import rendition
from shicheng.formats.errors import CannotRender


def write(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def opened(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG"
    return picture


def test_pdf_page_is_drawn_in_the_width_asked(tmp_path: Path) -> None:
    path = write(tmp_path, "a.pdf", samples.pdf(3))
    assert rendition.page_count(path, "application/pdf") == 3
    picture = opened(rendition.render_page(path, "application/pdf", 2, 400))
    assert abs(picture.width - 400) <= 1
    assert picture.convert("L").getextrema()[0] < 100, "the page is not blank"


def test_each_tiff_page_is_drawn(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tif", samples.many_page_tiff())
    assert rendition.page_count(path, "image/tiff") == 3
    shades = [opened(rendition.render_page(path, "image/tiff", page, 60)).getpixel((5, 5)) for page in (1, 2, 3)]
    assert shades == [0, 80, 160]


@pytest.mark.parametrize(("page", "width"), [(0, 100), (9, 100)])
def test_page_that_is_not_there_is_refused(tmp_path: Path, page: int, width: int) -> None:
    for name, data, mime in (
        ("a.pdf", samples.pdf(), "application/pdf"),
        ("a.tif", samples.many_page_tiff(), "image/tiff"),
    ):
        with pytest.raises(CannotRender):
            rendition.render_page(write(tmp_path, name, data), mime, page, width)


def test_thumbnail_fits_its_square(tmp_path: Path) -> None:
    image = write(tmp_path, "a.jpg", samples.picture("JPEG", (900, 300)))
    assert opened(rendition.thumbnail(image, "image/jpeg", 90)).size == (90, 30)
    pdf = write(tmp_path, "a.pdf", samples.pdf())
    assert max(opened(rendition.thumbnail(pdf, "application/pdf", 90)).size) == 90


def test_sixteen_bit_grey_is_shown_as_grey(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("I;16", (20, 20), 32768).save(out, "TIFF")
    path = write(tmp_path, "a.tif", out.getvalue())
    assert opened(rendition.render_page(path, "image/tiff", 1, 20)).getpixel((3, 3)) == 128


def test_poster_frame_and_waveform(tmp_path: Path) -> None:
    film = write(tmp_path, "a.mp4", samples.video())
    assert opened(rendition.poster_frame(film, width=32)).size == (32, 24)
    assert opened(rendition.thumbnail(film, "video/mp4", 32)).width == 32
    tree = etree.fromstring(rendition.waveform(write(tmp_path, "a.wav", samples.sound())))
    assert {etree.QName(node).localname for node in tree.iter()} == {"svg", "path"}


@pytest.mark.parametrize(
    ("name", "data", "mime"),
    [
        ("a.pdf", b"no pdf", "application/pdf"),
        ("a.png", samples.picture("PNG")[:200], "image/png"),
        ("a.mp4", b"no film", "video/mp4"),
        ("a.txt", b"words", "text/plain"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_reason(tmp_path: Path, name: str, data: bytes, mime: str) -> None:
    with pytest.raises(CannotRender) as refused:
        rendition.thumbnail(write(tmp_path, name, data), mime)
    assert name in str(refused.value)
