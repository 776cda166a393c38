from __future__ import annotations

import datetime
import io
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from packages.batches import ITEM_HEADER, csv_text, item_row
from shicheng.packages.columns import map_file_header, map_item_header
from shicheng.packages.listing import Table, open_list
from shicheng.packages.tree import read_folder
from shicheng.packages.types import Limits, PackageFile, ProblemKind

CELLS = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
ROWS = [ITEM_HEADER, item_row(1), item_row(2)]


def in_memory(content: bytes, name: str = "归档文件目录.csv") -> PackageFile:
    return PackageFile(name, name.encode(), len(content), lambda: io.BytesIO(content))


def read_all(content: bytes, name: str = "归档文件目录.csv") -> tuple[Table, list[tuple[int, list[str]]]]:
    table = open_list(in_memory(content, name), map_item_header, limits=Limits())
    return table, list(table.rows)


def workbook(rows: list[list[object]], **more: object) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for merged in more.get("merge", ()):  # type: ignore[attr-defined]
        book.active.merge_cells(merged)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，"])
def test_encodings_and_delimiters_are_found(encoding: str, delimiter: str) -> None:
    text = "\n".join(delimiter.join(str(cell) for cell in row) for row in ROWS)
    table, rows = read_all(text.encode(encoding))
    assert table.header == ITEM_HEADER
    assert table.problems == []
    assert [cells[1] for _row, cells in rows] == ["X001-WS·2020-Y-BGS-0001", "X001-WS·2020-Y-BGS-0002"]
    assert [row for row, _cells in rows] == [1, 2]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_titles_above_the_header_and_blank_rows_are_passed_over(form: str) -> None:
    rows = [["某县人大归档文件目录"], [], ["单位：", "办公室"], [], ITEM_HEADER, item_row(1), ["", ""], item_row(2)]
    content = csv_text(rows).encode() if form == "csv" else workbook(rows)
    table, found = read_all(content)
    assert table.header == ITEM_HEADER
    assert [(row, cells[6]) for row, cells in found] == [(1, "1"), (3, "2")]


def test_headers_are_folded_by_width_spaces_and_brackets() -> None:
    assert map_item_header(["档 号", "题名：", "机构（问题）", "＊年度", "页 数（页）", "怪列"]) == [
        "reference_code", "title", "department", "year", "pages", None,
    ]  # fmt: skip
    assert map_file_header(["档号", "路 径", "大小（字节）", "ＳＭ３", "SHA-256摘要值", "MD5"]) == [
        "reference_code", "path", "size", "digest:sm3", "digest:sha256", "digest:md5",
    ]  # fmt: skip
    assert map_item_header(["题名", "题名"]) == ["title", None]


def test_values_of_a_workbook_are_written_as_people_see_them() -> None:
    row = ["X001-WS·2020-Y-BGS-0001", 2020.0, datetime.datetime(2020, 1, 2), 20200102, 3.5, None, True]
    table, found = read_all(workbook([["档号", "年度", "日期", "备注", "页数", "密级", "题名"], row]))
    assert found == [(1, ["X001-WS·2020-Y-BGS-0001", "2020", "20200102", "20200102", "3.5", "", "TRUE"])]
    assert table.problems == []


def test_cells_merged_downwards_repeat_their_value() -> None:
    rows = [
        ["归档文件目录", None, None],
        ["档号", "机构", "题名"],
        ["A-1", "办公室", "一"],
        ["A-2", None, "二"],
        ["A-3", None, None],
        ["A-4", "丙"],
    ]
    _table, found = read_all(workbook(rows, merge=["A1:C1", "B3:B4", "C4:C5"]))
    assert [cells for _row, cells in found] == [
        ["A-1", "办公室", "一"],
        ["A-2", "办公室", "二"],
        ["A-3", "", "二"],
        ["A-4", "丙", ""],
    ]


def test_a_formula_without_its_value_is_named() -> None:
    table, found = read_all(workbook([["档号", "题名"], ["A-1", "=1+1"]]))
    assert [cells[0] for _row, cells in found] == ["A-1"]
    assert [(p.kind, p.found) for p in table.problems] == [(ProblemKind.LIST, "=1+1")]


def test_the_best_sheet_is_read() -> None:
    book = openpyxl.Workbook()
    book.active.append(["填写说明", "题名"])
    sheet = book.create_sheet("目录")
    for row in ROWS:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    book.close()
    _table, found = read_all(out.getvalue())
    assert len(found) == 2


def _tamper(content: bytes, name: str, change: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == name else data)  # type: ignore[operator]
    return out.getvalue()


def test_a_workbook_with_entities_is_not_parsed() -> None:
    def poison(data: bytes) -> bytes:
        head, _mark, rest = data.partition(b"<worksheet")
        return head + b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet' + rest

    content = _tamper(workbook(ROWS), "xl/worksheets/sheet1.xml", poison)
    table, found = read_all(content)
    assert found == [] and not table.found
    assert [p.kind for p in table.problems] == [ProblemKind.LIST]


def test_a_workbook_that_is_a_bomb_is_not_parsed() -> None:
    content = _tamper(workbook(ROWS), "xl/styles.xml", lambda data: data + b" " * 3_000_000)
    table = open_list(in_memory(content), map_item_header, limits=Limits(ratio_from=1 << 20))
    assert [p.kind for p in table.problems] == [ProblemKind.LIST] and list(table.rows) == []


def test_a_damaged_workbook_and_an_old_one_are_named() -> None:
    for content in (workbook(ROWS)[:2000], b"PK\x03\x04rubbish", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old"):
        table, found = read_all(content)
        assert found == [] and [p.kind for p in table.problems] == [ProblemKind.LIST]


def test_a_list_without_a_known_header_is_named() -> None:
    table, found = read_all(b"a,b,c\n1,2,3\n")
    assert found == [] and not table.found
    assert [p.kind for p in table.problems] == [ProblemKind.LIST]


def test_nul_characters_are_left_out_and_named() -> None:
    table, found = read_all(csv_text(ROWS).replace("例会", "例\x00会").encode())
    assert "关于召开例会的通知" in found[0][1]
    assert [p.kind for p in table.problems] == [ProblemKind.LIST]


def test_a_quotation_mark_never_closed_is_named() -> None:
    text = csv_text(ROWS) + 'x,"' + "长" * 200_000
    table, found = read_all(text.encode())
    assert len(found) == 2
    assert [p.kind for p in table.problems] == [ProblemKind.LIST]


def test_a_row_wider_than_the_header_is_named_once() -> None:
    table, found = read_all(csv_text([*ROWS, [*item_row(3), "too", "many"], [*item_row(4), "again"]]).encode())
    assert len(found) == 4
    assert len(table.problems) == 1 and "Row 3" in str(table.problems[0].message)


def test_a_list_larger_than_allowed_is_not_read() -> None:
    table = open_list(in_memory(csv_text(ROWS).encode()), map_item_header, limits=Limits(list_bytes=50))
    assert not table.found and [p.kind for p in table.problems] == [ProblemKind.LIST]


def test_a_list_that_lies_about_its_encoding_is_read_and_named() -> None:
    table, found = read_all(b"\xef\xbb\xbf" + csv_text(ROWS).encode("gb18030"))
    assert table.header == ITEM_HEADER and len(found) == 2
    assert [p.kind for p in table.problems] == [ProblemKind.ENCODING]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_read_without_error(content: bytes, headed: bool) -> None:
    start = (",".join(ITEM_HEADER) + "\n").encode() if headed else b""
    table, found = read_all(start + content)
    assert table.found or table.problems
    assert all(cell == cell.strip() for _row, cells in found for cell in cells)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=6))
def test_csv_rows_come_back(rows: list[list[str]]) -> None:
    import csv

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([["档号", "题名", "日期", "责任者"], *rows])
    _table, found = read_all(out.getvalue().encode("utf-8-sig"))
    expected = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    assert [cells for _row, cells in found] == expected


def test_a_hundred_thousand_rows_are_read_in_seconds(tmp_path: Path) -> None:
    rows = [ITEM_HEADER, *(item_row(n) for n in range(1, 100_001))]
    (tmp_path / "归档文件目录.csv").write_text(csv_text(rows), encoding="gb18030")
    file = read_folder(tmp_path, limits=Limits()).files["归档文件目录.csv"]
    started = time.monotonic()
    table = open_list(file, map_item_header, limits=Limits())
    assert sum(1 for _row in table.rows) == 100_000
    assert time.monotonic() - started < 6
