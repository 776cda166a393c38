"""Catalogues in every form, sound and broken, as they are read by the child process."""

from __future__ import annotations

import datetime
import gzip
import json
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from cataloguing.catalogues import PLAIN, plain_rows, write_csv, write_dbf, write_plain, write_xlsx
from shicheng.cataloguing.errors import UnknownHeader, UnreadableCatalogue
from shicheng.cataloguing.preparing import PART_ROWS, Task, prepare
from shicheng.cataloguing.reading import read_catalogue
from shicheng.cataloguing.types import Summary


def read(path: Path, **more: Any) -> tuple[Summary, list[dict[str, Any]], list[dict[str, Any]]]:
    folder = path.parent / "out"
    summary = prepare(Task(str(path), path.name, str(folder), "CAT001", **more))
    records = [
        json.loads(line) for part in summary.parts for line in (folder / part["name"]).read_text("utf-8").splitlines()
    ]
    rejected = [json.loads(line) for line in (folder / "rejected.jsonl").read_text("utf-8").splitlines()]
    assert summary.rows == len(records) + len(rejected)
    return summary, records, rejected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = write_csv(tmp_path / "c.csv", [PLAIN, *plain_rows(3)], encoding=encoding)
    _summary, records, _rejected = read(path)
    assert [one["elements"]["title"] for one in records] == [row[0] for row in plain_rows(3)]


def test_lines_in_two_encodings_are_both_read(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(
        "题名,文号\n第一件,甲〔2001〕1号\n".encode()
        + "第二件，乙,乙〔2002〕2号\n".encode("gb18030")
        + b"\xff\xff\x81,x\n"
    )
    summary, records, _rejected = read(path)
    assert [one["elements"]["title"] for one in records[:2]] == ["第一件", "第二件，乙"]
    assert records[2]["elements"]["title"].startswith("\\xff")
    assert any("more than one encoding" in problem["template"] for problem in summary.problems)


def test_packed_lines_and_json_lines_are_read(tmp_path: Path) -> None:
    packed = tmp_path / "c.tsv.gz"
    packed.write_bytes(gzip.compress(b"title\tpages\nOne\t3\n"))
    assert read(packed)[1][0]["elements"] == {"title": "One", "pages": "3"}
    lines = tmp_path / "c.jsonl"
    lines.write_text(
        '{"title": "甲", "history": ["一", "二"], "n": {"a": 1}}\n[]\n{"title": "乙", "late": 1}\n', "utf-8"
    )
    summary, records, rejected = read(lines)
    assert records[0]["extra"] == {"history": "一\n二", "n": '{"a": 1}'}
    assert [one["row"] for one in rejected] == [2]
    assert summary.header == ["title", "history", "n", "late"]


def test_the_header_is_found_below_a_heading_and_merged_cells_are_filled(tmp_path: Path) -> None:
    rows = [
        ["某局档案目录"],
        ["", ""],
        ["责任者", "题名", "成文日期"],
        ["甲局", "一", datetime.date(2001, 2, 3)],
        [None, "二", 36925],
    ]
    path = write_xlsx(tmp_path / "c.xlsx", rows, merged=["A4:A5"])
    _summary, records, _rejected = read(path)
    assert [one["elements"] for one in records] == [
        {"author": "甲局", "title": "一", "date": "2001-02-03"},
        {"author": "甲局", "title": "二", "date": "2001-02-03"},
    ]
    assert records[1]["originals"] == {"成文日期": "36925"}


def test_formulas_without_values_are_told_of(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "c.xlsx", [["题名", "文号"], ["甲", "=1+1"]])
    summary, records, _rejected = read(path)
    assert records[0]["elements"] == {"title": "甲"}
    assert any("formula" in problem["template"] for problem in summary.problems)


def test_a_dbf_in_gb18030_is_read_without_its_deleted_rows(tmp_path: Path) -> None:
    fields = [("TM", "C", 40), ("WH", "C", 30), ("RQ", "D", 8), ("YS", "N", 5), ("KF", "L", 1)]
    rows = [
        ["关于甲的通知".encode("gb18030"), "甲〔1999〕1号".encode("gb18030"), b"19990102", b"   12", b"T"],
        ["删".encode("gb18030"), b"", b"", b"", b"?"],
        ["关于乙的通知".encode("gb18030"), b"", b"        ", b"*****", b" "],
    ]
    path = write_dbf(tmp_path / "c.dbf", fields, rows, code_page=0x4D, deleted=[1])
    summary, records, _rejected = read(path)
    assert [one["elements"]["title"] for one in records] == ["关于甲的通知", "关于乙的通知"]
    assert records[0]["elements"] | {"title": ""} == {
        "title": "", "document_number": "甲〔1999〕1号", "date": "1999-01-02", "pages": "12",
    }  # fmt: skip
    assert any("deleted" in problem["template"] for problem in summary.problems)


def test_a_dbf_without_code_page_is_known_by_its_texts_and_memos_are_read(tmp_path: Path) -> None:
    fields = [("TITLE", "C", 60), ("NOTE", "M", 10)]
    rows = [["关于丙的通知".encode(), b"         1"], ["关于丁的通知".encode(), b""]]
    path = write_dbf(tmp_path / "c.dbf", fields, rows, version=0x83)
    memo = tmp_path / "c.dbt"
    memo.write_bytes(b"\0" * 512 + "长的说明".encode() + b"\x1a\x1a")
    summary, records, _rejected = read(path, beside=(str(memo),))
    assert summary.encoding == "utf-8"
    assert [one["elements"].get("note", "") for one in records] == ["长的说明", ""]
    without, records, _rejected = read(path)
    assert records[0]["elements"] == {"title": "关于丙的通知"}
    assert any("memo" in problem["template"] for problem in without.problems)


def test_a_foxpro_table_with_its_own_types_is_read(tmp_path: Path) -> None:
    fields = [("TITLE", "C", 20), ("PAGES", "I", 4), ("DATE", "T", 8)]
    day = datetime.date(2001, 2, 3).toordinal() + 1721424
    path = write_dbf(
        tmp_path / "c.dbf", fields, [[b"One", struct.pack("<i", 7), struct.pack("<ii", day, 0)]], version=0x30
    )
    assert read(path)[1][0]["elements"] == {"title": "One", "pages": "7", "date": "2001-02-03"}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("empty.csv", b"", UnreadableCatalogue),
        ("blank.csv", b"\xef\xbb\xbf\r\n\r\n", UnreadableCatalogue),
        ("binary.csv", bytes(range(256)) * 40, UnreadableCatalogue),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, UnreadableCatalogue),
        ("broken.xlsx", b"PK\x03\x04" + b"x" * 100, UnreadableCatalogue),
        ("broken.csv.gz", b"\x1f\x8b\x08\x00" + b"x" * 50, UnreadableCatalogue),
        ("header.csv", "甲,乙\n1,2\n".encode(), UnknownHeader),
        ("untitled.csv", "文号,日期\n1,2\n".encode(), UnknownHeader),
    ],
)
def test_what_is_no_catalogue_is_said_to_be_none(
    tmp_path: Path, name: str, content: bytes, kind: type[Exception]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(kind, match=r"\S"):
        read(path)


def test_a_header_without_rows_gives_no_records(tmp_path: Path) -> None:
    summary, records, _rejected = read(write_csv(tmp_path / "c.csv", [PLAIN]))
    assert (summary.rows, records) == (0, [])


def test_only_rows_without_title_or_place_are_rejected_with_the_reason(tmp_path: Path) -> None:
    rows = [
        ["档号", "题名", "日期"],
        ["A001-WS·2001-Y-0001", "甲", "去年"],
        ["A001-WS·2001-Y-0002", "", "2001"],
        ["A001_WS.2001-Y-0001", "乙", "2001"],
        ["x" * 300, "丙", ""],
        ["A001-WS·2001-Y-0003", "丁", "2001", "beyond"],
    ]
    summary, records, rejected = read(write_csv(tmp_path / "c.csv", rows))
    assert [one["elements"]["title"] for one in records] == ["甲"]
    assert records[0]["marks"] == ["日期"]
    assert records[0]["elements"]["date"] == "去年"
    assert [one["row"] for one in rejected] == [2, 3, 4, 5]
    assert [one["cells"] for one in rejected] == rows[2:]
    assert "stands in row" in rejected[1]["reason"]["template"]
    assert summary.fonds == {"A001": ""}


def test_rows_of_one_identity_are_all_kept_and_suspected(tmp_path: Path) -> None:
    rows = [["题名", "日期"], ["价格通知", "2001"], ["价格通知", "2001"], ["价格通知", "2002"]]
    summary, records, _rejected = read(write_csv(tmp_path / "c.csv", rows))
    assert len({one["key"] for one in records}) == len({one["ref"] for one in records}) == 3
    assert summary.suspects == 1


def test_keys_stay_when_other_values_change_and_fold_separators(tmp_path: Path) -> None:
    first = read(write_csv(tmp_path / "a.csv", [["档号", "题名"], ["B012-WS·2016-Y-CXW-0001", "甲"], ["", "乙"]]))[1]
    second = read(
        write_csv(
            tmp_path / "b.csv", [["题名", "档号", "备注"], ["另", "B012_WS.2016-Y-CXW-0001", "x"], ["乙", "", "y"]]
        )
    )[1]
    assert [one["key"] for one in first] == [one["key"] for one in second]


def test_a_million_blank_rows_cost_little(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes("题名,日期\n甲,2001\n".encode() + b",\n" * 1_000_000 + "乙,2002\n".encode())
    began = time.process_time()
    summary, records, _rejected = read(path)
    assert (summary.rows, records[1]["row"]) == (2, 1_000_002)
    assert time.process_time() - began < 15


def test_a_sheet_with_thousands_of_blank_rows_and_300_columns(tmp_path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["题名", *(f"栏{number}" for number in range(300))])
    for _row in range(5000):
        sheet.append([None, None])
    sheet.append(["甲", *(str(number) for number in range(300))])
    book.save(tmp_path / "c.xlsx")
    _summary, records, _rejected = read(tmp_path / "c.xlsx")
    assert len(records[0]["extra"]) == 300


def test_a_cell_of_a_megabyte_is_kept(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "c.csv", [["题名", "摘要"], ["甲", "文" * 400_000], ["乙", "x" * 1_000_000]])
    _summary, records, rejected = read(path)
    assert [len(one["elements"]["abstract"]) for one in records] == [400_000, 1_000_000]
    assert rejected == []


def test_a_quotation_mark_that_is_not_closed_rejects_what_it_swallowed(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('题名,日期\n甲,2001\n"乙,2002\n' + "丙,2003\n" * 1000, "utf-8")
    _summary, records, rejected = read(path)
    assert [one["elements"]["title"] for one in records] == ["甲"]
    assert "not closed" in rejected[0]["reason"]["template"]


def test_characters_no_database_holds_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes("题名,备注\n甲\x00乙,\x0b丙\n".encode())
    assert read(path)[1][0]["elements"] == {"title": "甲乙", "note": "丙"}


def test_parts_hold_at_most_a_hundred_thousand_rows(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "c.csv", PART_ROWS + 5)
    summary = prepare(Task(str(path), path.name, str(tmp_path / "out"), "CAT001"))
    assert [part["rows"] for part in summary.parts] == [PART_ROWS, 5]


def test_reading_in_a_child_gives_the_same_and_the_same_errors(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "c.csv", 20)
    here = prepare(Task(str(path), path.name, str(tmp_path / "a"), "CAT001"))
    there = read_catalogue(Task(str(path), path.name, str(tmp_path / "b"), "CAT001"))
    assert here.to_json() == there.to_json()
    bad = tmp_path / "bad.csv"
    bad.write_bytes("甲,乙\n1,2\n".encode())
    with pytest.raises(UnknownHeader):
        read_catalogue(Task(str(bad), bad.name, str(tmp_path / "c"), "CAT001"))
