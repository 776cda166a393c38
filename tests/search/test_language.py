"""The query language and the folding of texts."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shicheng.search.expressions import And, Days, Everything, Not, Nothing, Or, Word, Years
from shicheng.search.fields import FIELDS
from shicheng.search.folding import GAP, bigrams, cover, fold, fold_with_places
from shicheng.search.highlighting import LENGTH, extract, mark
from shicheng.search.language import read_query

TITLE = FIELDS["title"]


def word(text: str) -> Word:
    return Word(text)


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("安全 生产", And((word("安全"), word("生产")))),
        ("安全 OR 生产 消防", Or((word("安全"), And((word("生产"), word("消防")))))),
        ("安全 与 生产 或 消防", Or((And((word("安全"), word("生产"))), word("消防")))),
        ("NOT 决定", Not(word("决定"))),
        ("非 决定", Not(word("决定"))),
        ("安全 -决定", And((word("安全"), Not(word("决定"))))),
        ("NOT NOT 决定", word("决定")),
        ("-(决定 OR 通知)", Not(Or((word("决定"), word("通知"))))),
        ("（决定 或 通知） 安全", And((Or((word("决定"), word("通知"))), word("安全")))),
        ("((a b) OR c)", Or((And((word("a"), word("b"))), word("c")))),
        ('题名:"劳动合同"', Word("劳动合同", TITLE, quoted=True)),
        ("题名：“劳动 合同”", Word("劳动 合同", TITLE, quoted=True)),
        ("題名: 劳动", Word("劳动", TITLE)),
        ("title:(劳动 OR 合同)", Or((Word("劳动", TITLE), Word("合同", TITLE)))),
        ("年度:2010..2015", Years(2010, 2015)),
        ("年度:[2010 TO 2015]", Years(2010, 2015)),
        ("年度:{2010 TO 2015}", Years(2011, 2014)),
        ("年度:[* TO 2015]", Years(None, 2015)),
        ("年度：2010－2015", Years(2010, 2015)),
        ("年度:>=2015", Years(2015, None)),
        ("年度：≥ 2015", Years(2015, None)),
        ("年度<2015", Years(None, 2014)),
        ("日期:20100101..20101231", Days(datetime.date(2010, 1, 1), datetime.date(2010, 12, 31))),
        ("日期:2010", Days(datetime.date(2010, 1, 1), datetime.date(2010, 12, 31))),
        ("日期:昨天", Nothing()),
        ("日期:>2010-02", Days(datetime.date(2010, 3, 1), None)),
        ("年度:2016..2015", Nothing()),
        ("年度:去年", Nothing()),
        ("*", Everything()),
        ("", Nothing()),
        # What only looks like the language is text.
        ("办法（试行）的通知", word("办法（试行）的通知")),
        ("（试行）", word("（试行）")),
        ("（试行", word("（试行")),
        ("试行）", word("试行）")),
        ("(决定) OR (通知)", Or((word("决定"), word("通知")))),
        ("“三公”经费", word("“三公”经费")),
        ("与", word("与")),
        ("NOT", word("NOT")),
        ("安全 或", And((word("安全"), word("或")))),
        ("http://a.b", word("http://a.b")),
        ("日期:", word("日期:")),
        ("2017-2018", word("2017-2018")),
        ('"', word('"')),
    ],
)  # fmt: skip
def test_a_query_means(query: str, meaning: object) -> None:
    reading = read_query(query)
    assert reading.expression == meaning
    assert bool(reading.notes) == isinstance(meaning, Nothing)


_signs = st.text(
    st.sampled_from(list('()（）"“”-:：*[]{}<>=.…非或与NOTAND 题名年度日期文号2015安a\x00\ud800')), max_size=40
)


@given(st.one_of(st.text(max_size=60), _signs))
@example("(" * 3000)
@example("(a " * 1000 + ")" * 1000)
@example("NOT " * 900 + "a")
@example("年度:[" + "9" * 50 + " TO 1]")
@example("日期:99999999..")
def test_no_text_breaks_the_reader(query: str) -> None:
    read_query(query)


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40))
def test_a_part_folded_is_a_part_of_the_folded_text(text: str, start: int, end: int) -> None:
    assert fold(text[start:end]) in fold(text)


@given(st.text(max_size=40))
def test_folding_with_places_is_folding(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert places == sorted(places)
    assert fold(folded) == folded or "␣" in folded  # folding again changes nothing


@pytest.mark.parametrize(
    "alike",
    [
        ["〔2018〕5号", "[2018]5号", "（2018）5号", "【2018】5号", "(2018)5号", "［２０１８］５号", "〔2018〕 5 号"],
        ["義務教育", "义务教育", "義务 教育"],
        ["ＡＢＣ", "abc", "Abc"],
        ["乾部", "干部"],
        ["G037-WS·2015", "G037-WS・2015", "g037－ws•2015"],
    ],
)
def test_what_is_written_otherwise_is_alike(alike: list[str]) -> None:
    assert len({fold(one) for one in alike}) == 1


def test_spaces_between_latin_words_count() -> None:
    assert fold("deployment  plan") == fold("Deployment\nPlan") != fold("deploymentplan")
    assert fold("GB 18030 编码") == "gb␣18030编码"


def test_pairs_cover_a_text() -> None:
    assert bigrams("安全生产") == "安全 全生 生产"
    assert bigrams("安") == "安"
    assert cover("安全生") == [(0, "安全"), (1, "全生")]
    assert bigrams(f"甲乙{GAP}丙丁").split(" ") == ["甲乙", GAP, GAP, "丙丁"]


@given(st.text(max_size=60), st.lists(st.text(min_size=1, max_size=4), max_size=3))
def test_marks_only_add_marks(text: str, words: list[str]) -> None:
    from html import unescape

    marked = mark(text, [folded for one in words if (folded := fold(one))])
    assert unescape(marked.replace("<mark>", "").replace("</mark>", "")) == unescape(mark(text, ()))
    assert marked.count("<mark>") == marked.count("</mark>")


def test_an_extract_shows_the_spot_with_most_words() -> None:
    text = "开头。" * 3000 + "只有消防。" + "填充" * 100 + "这里消防与防汛都在。" + "结尾。" * 1000
    part, matched = extract(text, ["消防", "防汛"])
    assert matched
    assert "消防与防汛" in part
    assert len(part) <= LENGTH + 2
    assert part.startswith("…")
    assert part.endswith("…")
    assert extract("短文", ["没有"]) == ("短文", False)
