"""OFD files are opened to the last part, whoever wrote them, and what is wrong with them is found."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import ofdkit
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ofd_packaging import SAMPLES, flipped, repacked

from shicheng.formats.ofd.inspection import inspect
from shicheng.formats.ofd.writer import write_ofd
from shicheng.formats.types import Budget, FileProblemKind

PAGE = "Doc_0/Pages/Page_0/Content.xml"

# name, pages, words that stand in the text, states of the seals
REAL = [
    ("12-n", 2, "关于同意张阿三同志辞职的批复", ["not_checked", "not_checked", "valid"]),
    ("15-testImageNotFound", 2, "矿产资源勘查许可证", ["valid"] * 4),
    ("18-testPathFillOpacity", 1, "关于加快南货场铁路涵洞下穿建设的函", []),
    ("21-zsbk", 2, "中华监测有限公司保障园区项目", ["invalid", "valid", "valid"] * 2),
    ("24-发票示例", 1, "重庆增值税电子普通发票", ["invalid", "valid", "valid"]),
    ("27-hello-integrity", 2, "拿来主义", ["valid", "valid"]),
    ("3-20240531141733", 1, "电子发票（增值税专用发票）", []),
    ("30-AddAttachment", 1, "这是一个带有附件的OFD文件", []),
    ("33-Page5", 5, "", []),
    ("36-areaholder_fields", 1, "姓名\n生日", []),
    ("39-keyword2", 1, "江苏增值税电子普通发票", ["valid"] * 3),
    ("42-AddAttachment", 1, "这是一个带有附件的OFD文件", []),
    ("45-helloworld", 1, "你好呀，OFD Reader&Writer！", []),
    ("48-keyword2", 2, "重庆市马上融资担保有限公司", []),
    ("51-发票示例", 1, "海南麒麟云服科技有限公司", []),
    ("54-allprotected", 1, "你好呀，OFD Reader&Writer！", ["valid"] * 3),
    ("57-namespace_no_std", 1, "你好呀，OFD Reader&Writer！", []),
    ("6-V4RideRight", 5, "", ["valid"] * 3),
    ("60-Page5", 5, "", []),
    ("63-page2", 1, "2", []),
    ("9-draw_param_ref", 5, "销售货物或者提供应税劳务、服务清单", ["valid"] * 3),
]


@pytest.mark.parametrize(("name", "pages", "words", "seals"), REAL)
def test_real_file_is_what_it_is(shared_data: Path, name: str, pages: int, words: str, seals: list[str]) -> None:
    found = inspect(shared_data / "ofd" / f"{name}.ofd")
    assert found.readable is True, [str(problem.message) for problem in found.problems]
    assert found.identification.puid == "cn-fmt/ofd"
    assert found.pages == pages
    assert words in (found.text or "")
    assert [seal.state.value for seal in found.seals] == seals
    broken = [problem for problem in found.problems if problem.kind is FileProblemKind.SEAL]
    assert bool(broken) == ("invalid" in seals)


def test_missing_picture_of_a_watermark_is_told(shared_data: Path) -> None:
    found = inspect(shared_data / "ofd" / "15-testImageNotFound.ofd")
    assert [(problem.kind, problem.fatal) for problem in found.problems] == [(FileProblemKind.DAMAGED, False)]
    assert "image_135.PNG" in str(found.problems[0].message)


def test_all_files_of_the_transfers_agree_with_another_reader(shared_data: Path) -> None:
    files = sorted((shared_data / "transfers").rglob("*.ofd"))
    assert len(files) >= 18
    for file in files:
        found = inspect(file)
        assert found.readable is True
        theirs = ofdkit.open(file).text()
        assert _letters(found.text or "") == _letters(theirs), file.name


def _letters(text: str) -> list[str]:
    return [char for char in text if not char.isspace() and char != "\u200b"]


@pytest.mark.parametrize("name", ["allprotected", "hello-integrity", "areaholder_fields", "namespace_no_std"])
def test_text_has_the_same_letters_as_another_reader_finds(name: str) -> None:
    file = SAMPLES / f"{name}.ofd"
    assert Counter(_letters(inspect(file).text or "")) == Counter(_letters(ofdkit.open(file).text()))


def test_what_we_write_we_read(tmp_path: Path) -> None:
    file = tmp_path / "sample.ofd"
    write_ofd(
        file,
        title="关于开展档案工作的通知",
        pages=[["关于开展档案工作的通知", "", "各区县档案局： see Annex 1 & <2>"], ["第二页"]],
        attachments=[("附件.txt", "附件内容".encode())],
    )
    found = inspect(file)
    assert found.readable is True
    assert found.text == "关于开展档案工作的通知\n各区县档案局： see Annex 1 & <2>\f第二页"
    assert found.technical["title"] == "关于开展档案工作的通知"
    assert found.technical["page_sizes_mm"] == ["210×297"]
    assert found.technical["fonts"] == [{"name": "宋体", "embedded": False}]
    assert found.technical["attachments"][0]["name"] == "附件.txt"
    assert "各区县档案局" in ofdkit.open(file).text()


def test_same_arguments_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_ofd(tmp_path / name, title="一", pages=[["二"]])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def _problems(path: Path, content: bytes, **options: object) -> dict[FileProblemKind, bool]:
    path.write_bytes(content)
    found = inspect(path, **options)  # type: ignore[arg-type]
    kinds: dict[FileProblemKind, bool] = {}
    for problem in found.problems:
        kinds[problem.kind] = problem.fatal or kinds.get(problem.kind, False)
    if any(kinds.values()):
        assert found.readable is not True
    return kinds


def test_empty_file_is_empty(tmp_path: Path) -> None:
    assert _problems(tmp_path / "x.ofd", b"") == {FileProblemKind.EMPTY: True}


def test_cut_off_file_is_truncated(tmp_path: Path) -> None:
    content = (SAMPLES / "allprotected.ofd").read_bytes()
    assert _problems(tmp_path / "x.ofd", content[: len(content) // 2]) == {FileProblemKind.TRUNCATED: True}


def test_something_else_is_damaged(tmp_path: Path) -> None:
    assert _problems(tmp_path / "x.ofd", b"%PDF-1.7 not an OFD") == {FileProblemKind.DAMAGED: True}


@pytest.mark.parametrize("part", ["OFD.xml", "Doc_0/Document.xml", PAGE])
def test_missing_part_is_damage(tmp_path: Path, part: str) -> None:
    kinds = _problems(tmp_path / "x.ofd", repacked(SAMPLES / "helloworld.ofd", {part: None}))
    assert kinds[FileProblemKind.DAMAGED] is True


def test_page_that_is_no_xml_is_damage(tmp_path: Path) -> None:
    kinds = _problems(tmp_path / "x.ofd", repacked(SAMPLES / "helloworld.ofd", {PAGE: b"<Page><Content>"}))
    assert kinds[FileProblemKind.DAMAGED] is True


def test_changed_byte_in_packed_data_is_found_by_its_checksum(tmp_path: Path) -> None:
    source = SAMPLES / "V4RideRight.ofd"
    with zipfile.ZipFile(source) as package:
        info = package.getinfo("Doc_0/Signs/Sign_0/Seal.esl")
    content = flipped(info.header_offset + 400)(source.read_bytes())
    assert _problems(tmp_path / "x.ofd", content)[FileProblemKind.DAMAGED] is True


def test_document_type_declaration_is_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE Page [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Page><Content>&b;</Content></Page>'
    kinds = _problems(tmp_path / "x.ofd", repacked(SAMPLES / "helloworld.ofd", {PAGE: bomb}))
    assert kinds[FileProblemKind.XML] is True


def test_file_outside_the_package_is_never_read(tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_text("<Page/>")
    change = lambda content: content.replace(b"Pages/Page_0/Content.xml", b"../../secret.xml")  # noqa: E731
    kinds = _problems(tmp_path / "x.ofd", repacked(SAMPLES / "helloworld.ofd", {"Doc_0/Document.xml": change}))
    assert kinds[FileProblemKind.DAMAGED] is True


def test_entry_that_leaves_the_package_is_told(tmp_path: Path) -> None:
    kinds = _problems(tmp_path / "x.ofd", repacked(SAMPLES / "helloworld.ofd", {"../../evil.sh": b"#!"}))
    assert FileProblemKind.DAMAGED in kinds


def test_two_entries_of_one_name_are_told(tmp_path: Path) -> None:
    content = repacked(SAMPLES / "helloworld.ofd", {"/" + PAGE: b"<Page/>"})
    assert FileProblemKind.DAMAGED in _problems(tmp_path / "x.ofd", content)


def test_program_as_attachment_is_told(tmp_path: Path) -> None:
    write_ofd(tmp_path / "y.ofd", title="t", pages=[["x"]], attachments=[("setup.exe", b"MZ\x90\x00")])
    assert inspect(tmp_path / "y.ofd").problems[0].kind is FileProblemKind.EMBEDDED


def test_script_and_link_are_told(tmp_path: Path) -> None:
    acting = (
        b'<Page><Actions><Action Event="CLICK"><URI URI="http://example.test/"/></Action></Actions>'
        b"<JavaScript>1</JavaScript><Content/></Page>"
    )
    kinds = _problems(tmp_path / "x.ofd", repacked(SAMPLES / "helloworld.ofd", {PAGE: acting}))
    assert kinds == {FileProblemKind.SCRIPT: False, FileProblemKind.EXTERNAL: False}


def test_picture_that_is_missing_is_damage(tmp_path: Path) -> None:
    page = b'<Page><Content><Layer><ImageObject Boundary="0 0 9 9" ResourceID="77"/></Layer></Content></Page>'
    kinds = _problems(tmp_path / "x.ofd", repacked(SAMPLES / "helloworld.ofd", {PAGE: page}))
    assert kinds[FileProblemKind.DAMAGED] is True


def test_no_time_left_means_not_looked_at(tmp_path: Path) -> None:
    found = inspect(SAMPLES / "V4RideRight.ofd", budget=Budget(seconds=-1))
    assert found.readable is None
    assert found.problems[0].kind is FileProblemKind.BUDGET


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_cut_makes_the_inspection_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = (SAMPLES / "allprotected.ofd").read_bytes()
    file = tmp_path_factory.mktemp("cut") / "x.ofd"
    file.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    found = inspect(file)
    assert found.readable is False
    assert found.problems


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0), st.integers(1, 255))
def test_no_changed_byte_makes_the_inspection_raise(
    tmp_path_factory: pytest.TempPathFactory, at: int, change: int
) -> None:
    content = bytearray((SAMPLES / "allprotected.ofd").read_bytes())
    content[at % len(content)] ^= change
    file = tmp_path_factory.mktemp("changed") / "x.ofd"
    file.write_bytes(content)
    assert inspect(file).readable in (True, False)
