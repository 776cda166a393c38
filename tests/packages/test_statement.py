from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.packages.statement import parse_count, parse_statement, read_statement
from shicheng.packages.tree import read_folder
from shicheng.packages.types import Limits, ProblemKind

TEXT = """移交单位：某县人大办公室
全宗号: X001
件数：1，234件
文件数：５０
字节数：20307500
摘要算法：SM3
移交日期：2025-03-31
档案门类：文书档案（WS）
机构代码：BGS=办公室；FGW＝法制委, JKW:教科文卫委
目录文件：归档文件目录.xlsx
清单文件：文件清单.csv
说明：时间 10:30 起
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_statement_reads_alike_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "说明文件.txt").write_bytes(TEXT.replace("\n", "\r\n").encode(encoding))
    statement, problems = read_statement(read_folder(tmp_path, limits=Limits()).files["说明文件.txt"])
    assert problems == []
    assert (statement.agency, statement.fonds_code) == ("某县人大办公室", "X001")
    assert (statement.items, statement.files, statement.bytes) == (1234, 50, 20307500)
    assert statement.digest_algorithm == "sm3"
    assert statement.category == "WS"
    assert statement.departments == {"BGS": "办公室", "FGW": "法制委", "JKW": "教科文卫委"}
    assert (statement.list_name, statement.manifest_name) == ("归档文件目录.xlsx", "文件清单.csv")
    assert statement.values["说明"] == "时间 10:30 起"


def test_a_number_in_words_is_named_and_kept() -> None:
    statement, problems = parse_statement("件数：十\n摘要算法：没有", path="说明文件.txt")
    assert statement.items is None and statement.values["件数"] == "十"
    assert statement.unreadable == ("件数", "摘要算法")
    assert [p.kind for p in problems] == [ProblemKind.STATEMENT] * 2


def test_a_key_given_twice_with_two_values_is_named() -> None:
    statement, problems = parse_statement("件数：3\n件数：3\n全宗号：A\n全宗号：B", path="s")
    assert statement.items == 3 and statement.fonds_code == "A"
    assert [(p.expected, p.found) for p in problems] == [("A", "B")]


def test_a_value_may_go_on_in_the_next_line() -> None:
    statement, _problems = parse_statement("移交说明\n内容描述：第一行\n第二行\n件数：3", path="s")
    assert statement.values["内容描述"] == "第一行\n第二行"


def test_bytes_that_are_no_text_are_named_and_the_rest_read(tmp_path: Path) -> None:
    (tmp_path / "说明文件.txt").write_bytes("件数：3\n".encode() + b"\xff\xff\xff\n" + "全宗号：A".encode())
    statement, problems = read_statement(read_folder(tmp_path, limits=Limits()).files["说明文件.txt"])
    assert statement.items == 3 and statement.fonds_code == "A"
    assert ProblemKind.ENCODING in {p.kind for p in problems}


def test_a_mark_of_utf8_before_gb18030_is_named_and_the_text_read(tmp_path: Path) -> None:
    (tmp_path / "说明文件.txt").write_bytes(b"\xef\xbb\xbf" + "移交单位：某县人大办公室\n件数：3".encode("gb18030"))
    statement, problems = read_statement(read_folder(tmp_path, limits=Limits()).files["说明文件.txt"])
    assert statement.items == 3
    assert [(p.kind, p.expected, p.found) for p in problems] == [(ProblemKind.ENCODING, "UTF-8", "GB18030")]
    assert "某县人大办公室" in statement.values.values()


@given(st.text(max_size=300))
def test_any_text_is_read_without_error(text: str) -> None:
    statement, _problems = parse_statement(text, path="s")
    assert all(key for key in statement.values)


@given(st.integers(0, 10**15))
def test_counts_read_back(number: int) -> None:
    assert parse_count(str(number)) == parse_count(f"{number:,}") == parse_count(f"{number}字节") == number


@given(st.text(max_size=20))
def test_a_count_is_a_number_or_nothing(text: str) -> None:
    count = parse_count(text)
    assert count is None or count >= 0
