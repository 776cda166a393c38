"""Exports can be read again, say what they hold, and appear whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import bagit
import openpyxl
import pytest

from shicheng.packages.bagit import validate_bag
from shicheng.packages.reading import read_package
from shicheng.packages.types import Package, PackageFile, PackageKind, ProcessEntry
from shicheng.packages.writing import (
    Exported,
    ExportError,
    ExportFile,
    ExportItem,
    TransferStatement,
    write_bag,
    write_catalogue,
    write_dat93,
    write_eep,
    write_transfer_folder,
)
from shicheng.packages.writing_place import Names

STATEMENT = TransferStatement(
    agency="山东省人大常委会办公厅",
    fonds_code="G037",
    fonds_name="山东省人大常委会",
    category="文书档案(WS)",
    date="2025-03-31",
    departments={"BGS": "办公室", "JKW": "教科文卫委员会"},
    description="2010年文书档案",
    environment="任何能读UTF-8文本的系统",
)


def export_file(name: str, content: bytes, draft_state: str = "正本", size: int | None = None) -> ExportFile:
    digests = {"sm3": hashlib.new("sm3", content).hexdigest(), "sha512": hashlib.sha512(content).hexdigest()}
    return ExportFile(name, len(content) if size is None else size, digests, lambda: io.BytesIO(content), draft_state)


def item(number: int, *files: ExportFile, **changes: str) -> ExportItem:
    elements = {
        "reference_code": f"G037-WS·2010-Y-JKW-{number:04d}",
        "fonds_code": "G037",
        "year": "2010",
        "retention": "永久",
        "department": "教科文卫委员会",
        "item_number": str(number),
        "title": f"关于<第{number}次>会议 & 议程的通知",
        "author": "济南市人大常委会",
        "date": "20100401",
        "secrecy": "公开",
        "pages": "3",
        "openness": "开放",
        **changes,
    }
    return ExportItem(elements["reference_code"], elements, {"盒号": "12"}, (), files)


ITEMS = [
    item(1, export_file("正文.pdf", b"%PDF" * 1000), export_file("附件1 说明.txt", b"", "附件"), note="缺页"),
    item(2, export_file("同名.txt", b"1"), export_file("同名.txt", b"2"), export_file("同名.TXT", b"3")),
    item(3, export_file("a/b\\c:d?.txt", b"x"), export_file("..", b"y"), export_file("长" * 200 + ".pdf", b"z")),
    item(4),
]
CONTENTS = [[b"%PDF" * 1000, b""], [b"1", b"2", b"3"], [b"x", b"y", b"z"], []]

WRITERS: dict[str, Callable[[Iterator[ExportItem], Path], Exported]] = {
    "bag": partial(write_bag, info={"Contact-Name": "张三\n李四"}, bagged_on=date(2025, 3, 31)),
    "eep": partial(write_eep, created=datetime(2025, 3, 31, tzinfo=UTC), agency="山东省档案馆"),
    "da93": partial(write_dat93, statement=STATEMENT),
    "transfer": partial(write_transfer_folder, statement=STATEMENT),
}
KINDS = {
    "bag": PackageKind.BAGIT,
    "eep": PackageKind.EEP,
    "da93": PackageKind.DAT93,
    "transfer": PackageKind.TRANSFER,
}


def read_all(file: PackageFile | None) -> bytes:
    assert file is not None
    with file.open() as stream:
        return stream.read()


@pytest.mark.parametrize("kind", WRITERS)
def test_export_is_read_back_without_a_problem(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "out"
    counts = WRITERS[kind](iter(ITEMS), target)
    assert counts == Exported(4, 8, 4006)
    with read_package(target, scratch=tmp_path) as package:
        assert package.kind is KINDS[kind]
        # Names that are no plain names are remarked on where the package keeps them to the letter.
        assert [problem.path for problem in package.problems if kind != "eep"] == []
        assert [found.ref for found in package.items] == [wanted.ref for wanted in ITEMS]
        for found, wanted, contents in zip(package.items, ITEMS, CONTENTS, strict=True):
            given = {name: text for name, text in found.elements.items() if name in wanted.elements}
            assert given == wanted.elements
            assert [listed.draft_state for listed in found.files] == [file.draft_state for file in wanted.files]
            assert [read_all(listed.file) for listed in found.files] == contents
            assert [listed.size for listed in found.files] == [len(content) for content in contents]
            if kind != "eep":
                for listed, content in zip(found.files, contents, strict=True):
                    assert listed.digests["sm3"] == hashlib.new("sm3", content).hexdigest()
            assert found.extra["盒号"] == "12"
        assert package.orphans == []
        listed_paths = {listed.file.path for listed in package.listed if listed.file}
        assert listed_paths == {file.path for file in package.content}
        check_statement(package, kind)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def check_statement(package: Package, kind: str) -> None:
    if kind in ("transfer", "da93"):
        said = package.statement
        assert (said.agency, said.fonds_code, said.items, said.unreadable) == (STATEMENT.agency, "G037", 4, ())
        assert (said.files, said.bytes, said.category, said.departments) == (8, 4006, "WS", STATEMENT.departments)


@pytest.mark.parametrize("kind", WRITERS)
def test_export_of_nothing_is_sound(tmp_path: Path, kind: str) -> None:
    assert WRITERS[kind](iter([]), tmp_path / "out") == Exported(0, 0, 0)
    if kind != "eep":
        with read_package(tmp_path / "out") as package:
            assert (package.items, package.problems) == ([], [])


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("size", [None, 2])
def test_file_that_is_not_what_its_record_says_stops_the_export(tmp_path: Path, kind: str, size: int | None) -> None:
    bad = export_file("a.txt", b"1", size=size)
    if size is None:
        bad = ExportFile("a.txt", 1, bad.digests, lambda: io.BytesIO(b"2"))
    with pytest.raises(ExportError):
        WRITERS[kind](iter([ITEMS[0], item(9, bad)]), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", WRITERS)
def test_break_leaves_nothing_behind(tmp_path: Path, kind: str) -> None:
    def items() -> Iterator[ExportItem]:
        yield ITEMS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        WRITERS[kind](items(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", WRITERS)
def test_what_is_there_is_never_overwritten(tmp_path: Path, kind: str) -> None:
    (tmp_path / "out").write_bytes(b"mine")
    with pytest.raises(ExportError):
        WRITERS[kind](iter(ITEMS), tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"mine"


def test_bag_is_valid_for_us_and_for_python_bagit(tmp_path: Path) -> None:
    WRITERS["bag"](iter(ITEMS), tmp_path / "out")
    assert validate_bag(tmp_path / "out") == []
    assert bagit.Bag(str(tmp_path / "out")).is_valid()
    (tmp_path / "out/metadata/000001/description.xml").write_bytes(b"<a/>")
    assert validate_bag(tmp_path / "out")


def test_process_goes_along(tmp_path: Path) -> None:
    act = ProcessEntry("历史行为", "签发", "2010-04-01T09:00:00", "", "同意", "张三")
    one = ExportItem("A-1", {"title": "题"}, {}, [act], [export_file("a", b"1")])
    for kind in ("bag", "eep"):
        WRITERS[kind](iter([one]), tmp_path / kind)
        with read_package(tmp_path / kind, scratch=tmp_path) as package:
            assert package.items[0].process == [act]


HOSTILE = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "\r=1"]


def test_catalogue_has_no_cell_that_runs_as_a_formula(tmp_path: Path) -> None:
    items = [item(n, title=text, note=text) for n, text in enumerate(HOSTILE, start=1)]
    assert write_catalogue(lambda: items, tmp_path / "a.csv").items == len(HOSTILE)
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["题名"] for row in rows] == [f"'{text}" for text in HOSTILE]
    assert [row["盒号"] for row in rows] == ["12"] * len(HOSTILE)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_item_list_in_excel_holds_text_only(tmp_path: Path) -> None:
    items = [item(n, title=text) for n, text in enumerate([*HOSTILE[:4], "坏\x07字"], start=1)]
    write_transfer_folder(iter(items), tmp_path / "out", statement=STATEMENT)
    sheet = openpyxl.load_workbook(tmp_path / "out/归档文件目录.xlsx").active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {*HOSTILE[:4], "坏\\u0007字"} <= {cell.value for cell in cells}


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("a.txt", "a.txt"),
        ("a/b", "a_b"),
        ("..", "_"),
        ("", "_"),
        ("con.txt", "_con.txt"),
        ("a\u202eb", "a_b"),
        ("a. ", "a"),
        ("\udc80", "_"),
    ],
)
def test_names_are_kept_as_near_as_can_be(wanted: str, given: str) -> None:
    assert Names().take(wanted) == given


def test_second_file_of_a_name_gets_a_number() -> None:
    names = Names()
    assert [names.take(name) for name in ("é.txt", "e\u0301.txt", "É.TXT")] == ["é.txt", "e\u0301 (2).txt", "É (3).TXT"]
    assert all(len(names.take("长" * 300 + ".pdf").encode()) <= 255 for _number in range(20))
