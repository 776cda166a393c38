"""A page is shown where the file puts it, and the picture can't act."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from lxml import etree
from ofd_packaging import SAMPLES, repacked
from PIL import Image

from shicheng.formats.ofd.container import Container
from shicheng.formats.ofd.errors import MissingPage, UnreadableOfd
from shicheng.formats.ofd.geometry import deltas, path_commands, svg_path
from shicheng.formats.ofd.svg import render_page
from shicheng.formats.ofd.writer import Picture, write_ofd

SVG = "{http://www.w3.org/2000/svg}"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
ALLOWED = {
    *("svg", "g", "defs", "path", "rect", "text", "use", "image", "clipPath", "stop", "pattern"),
    *("linearGradient", "radialGradient"),
}


def _drawn(objects: str, **changes: bytes) -> etree._Element:
    page = f"<Page><Content><Layer>{objects}</Layer></Content></Page>".encode()
    svg = render_page(io.BytesIO(repacked(SAMPLES / "helloworld.ofd", {PAGE: page, **changes})), 1)
    return etree.fromstring(svg.encode())


def _assert_harmless(svg: str) -> None:
    root = etree.fromstring(svg.encode())
    for element in root.iter():
        assert etree.QName(element).localname in ALLOWED
        for name, value in element.attrib.items():
            assert not etree.QName(name).localname.startswith("on")
            if etree.QName(name).localname == "href":
                assert value.startswith(("#", "data:image/png;base64,", "data:image/jpeg;base64,"))
            elif "url(" in value:
                assert re.fullmatch(r"url\(#[\w-]+\)", value)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("file", sorted(SAMPLES.glob("*.ofd")), ids=lambda file: file.stem)
def test_every_page_is_drawn_and_harmless(file: Path) -> None:
    with Container(file) as container:
        count = sum(len(document.pages) for document in container.documents)
    for page in range(1, count + 1):
        _assert_harmless(render_page(file, page))


def test_every_real_page_is_drawn_and_harmless(shared_data: Path) -> None:
    for file in sorted((shared_data / "ofd").glob("*.ofd")):
        svg = render_page(file, 1)
        _assert_harmless(svg)
        missing = 'stroke-dasharray="1 1"' in svg
        assert missing == (file.stem == "15-testImageNotFound")


def test_page_has_its_size_in_millimetres() -> None:
    root = _drawn("")
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("210mm", "297mm", "0 0 210 297")


@pytest.mark.parametrize("page", [0, 2, -1])
def test_page_that_does_not_exist_is_refused(page: int) -> None:
    with pytest.raises(MissingPage):
        render_page(SAMPLES / "helloworld.ofd", page)


def test_damaged_page_is_refused() -> None:
    with pytest.raises(UnreadableOfd):
        render_page(io.BytesIO(repacked(SAMPLES / "helloworld.ofd", {PAGE: b"<Page>"})), 1)


def test_text_stands_where_its_steps_put_it() -> None:
    code = '<TextCode X="1" Y="5" DeltaX="g 2 4 2">甲乙丙丁</TextCode>'
    text = f'<TextObject Boundary="10 20 50 8" Font="3" Size="4">{code}</TextObject>'
    found = _drawn(text).find(f".//{SVG}text")
    assert found is not None
    assert found.get("x") == "1 5 9 11"
    assert found.get("y") == "5 5 5 5"
    group = found.getparent().getparent()
    assert group.get("transform") == "translate(10 20)"


def test_hostile_text_stays_text() -> None:
    code = '<TextCode X="0" Y="4">&lt;script&gt;alert(1)&lt;/script&gt;</TextCode>'
    text = f'<TextObject Boundary="0 0 9 9" Size="4" Font="x">{code}</TextObject>'
    root = _drawn(text)
    assert root.find(f".//{SVG}text").text == "<script>alert(1)</script>"
    _assert_harmless(etree.tostring(root, encoding="unicode"))


def test_hostile_font_name_stays_a_name() -> None:
    resources = b"""<Res><Fonts><Font ID="3" FontName="a'; src: url(http://x.test)"/></Fonts></Res>"""
    text = '<TextObject Boundary="0 0 9 9" Size="4" Font="3"><TextCode X="0" Y="4">x</TextCode></TextObject>'
    found = _drawn(text, **{"Doc_0/PublicRes.xml": resources}).find(f".//{SVG}text")
    assert "url(" not in found.get("font-family")
    assert found.get("font-family").count("'") % 2 == 0


def test_path_is_stroked_and_not_filled_unless_it_says_so() -> None:
    data = "<AbbreviatedData>M 0 0 L 5 5 A 2 2 0 0 1 9 9 B 1 1 2 2 3 3 C</AbbreviatedData>"
    path = _drawn(f'<PathObject Boundary="0 0 20 20" LineWidth="0.5">{data}</PathObject>').find(f".//{SVG}path")
    assert path.get("d") == "M0 0L5 5A2 2 0 0 1 9 9C1 1 2 2 3 3Z"
    assert (path.get("fill"), path.get("stroke"), path.get("stroke-width")) == ("none", "#000000", "0.5")


def test_drawing_parameters_are_inherited_from_those_they_relate_to() -> None:
    resources = (
        b'<Res><DrawParams><DrawParam ID="1" LineWidth="2"><StrokeColor Value="255 0 0"/></DrawParam>'
        b'<DrawParam ID="2" Relative="1" Cap="Round"/></DrawParams></Res>'
    )
    path = '<PathObject Boundary="0 0 9 9" DrawParam="2"><AbbreviatedData>M 0 0 L 9 9</AbbreviatedData></PathObject>'
    found = _drawn(path, **{"Doc_0/PublicRes.xml": resources}).find(f".//{SVG}path")
    assert (found.get("stroke"), found.get("stroke-width"), found.get("stroke-linecap")) == ("#ff0000", "2", "round")


def test_path_that_leaves_its_boundary_is_clipped() -> None:
    path = '<PathObject Boundary="0 0 9 9"><AbbreviatedData>M 0 0 L 90 9</AbbreviatedData></PathObject>'
    assert _drawn(path).find(f".//{SVG}clipPath/{SVG}rect") is not None


def test_drawing_parameters_in_a_circle_end() -> None:
    resources = b'<Res><DrawParams><DrawParam ID="1" Relative="2"/><DrawParam ID="2" Relative="1"/></DrawParams></Res>'
    path = '<PathObject Boundary="0 0 9 9" DrawParam="1"><AbbreviatedData>M 0 0 L 9 9</AbbreviatedData></PathObject>'
    assert _drawn(path, **{"Doc_0/PublicRes.xml": resources}).find(f".//{SVG}path") is not None


def test_composite_that_holds_itself_ends() -> None:
    resources = (
        b'<Res><CompositeGraphicUnits><CompositeGraphicUnit ID="8" Width="9" Height="9"><Content>'
        b'<CompositeObject ResourceID="8" Boundary="0 0 9 9"/></Content></CompositeGraphicUnit></CompositeGraphicUnits>'
        b"</Res>"
    )
    unit = '<CompositeObject ResourceID="8" Boundary="0 0 9 9"/>'
    assert _drawn(unit, **{"Doc_0/PublicRes.xml": resources}) is not None


def test_picture_of_a_codec_browsers_lack_becomes_png(tmp_path: Path) -> None:
    bitmap, png = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (3, 2), "red").save(bitmap, "TIFF")
    Image.new("RGB", (3, 2), "red").save(png, "PNG")
    file = tmp_path / "x.ofd"
    write_ofd(file, title="t", pages=[["x"]], images=[Picture(1, png.getvalue(), 10, 10, 30, 20)])
    content = repacked(file, {"Doc_0/Res/image_0.png": bitmap.getvalue()})
    image = etree.fromstring(render_page(io.BytesIO(content), 1).encode()).find(f".//{SVG}image")
    assert image.get("href").startswith("data:image/png;base64,")
    assert image.get("transform") == "matrix(30 0 0 20 0 0)"


def test_seal_is_drawn_where_the_signature_puts_it() -> None:
    root = etree.fromstring(render_page(SAMPLES / "allprotected.ofd", 1).encode())
    image = root.find(f".//{SVG}image")
    assert image.getparent().get("transform") == "translate(50 50)"
    assert (image.get("width"), image.get("height")) == ("40", "40")


def test_glyphs_of_a_font_without_character_map_are_drawn(shared_data: Path) -> None:
    root = etree.fromstring(render_page(shared_data / "ofd" / "21-zsbk.ofd", 1).encode())
    uses = root.findall(f".//{SVG}use")
    assert len(uses) > 50
    assert all(root.find(f".//{SVG}path[@id='{use.get('href')[1:]}']") is not None for use in uses[:50])


@pytest.mark.parametrize(
    ("text", "count", "steps"),
    [
        ("1 2 3", 3, [1, 2, 3]),
        ("g 3 1.5 2", 4, [1.5, 1.5, 1.5, 2]),
        ("4", 3, [4, 4, 4]),
        ("", 3, []),
        ("g 999999 1", 2, [1, 1]),
        ("g -5 1 2", 2, [2, 2]),
        ("x 1", 2, [0, 1]),
    ],
)
def test_steps_are_expanded(text: str, count: int, steps: list[float]) -> None:
    assert deltas(text, count) == steps


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ("M 1 2 L 3 4 C", "M1 2L3 4Z"),
        ("S 1 2 Q 1 1 2 2", "M1 2Q1 1 2 2"),
        ("M 0 0 L 1", "M0 0"),
        ("M 0 0 X 1 1", "M0 0"),
        ("", ""),
    ],
)
def test_path_data_is_translated_as_far_as_it_makes_sense(data: str, path: str) -> None:
    assert svg_path(path_commands(data)) == path
