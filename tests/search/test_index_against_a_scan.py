"""The index finds what a plain scan finds, no more and no less."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
import tantivy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.catalogue import AUTHORS, KINDS, MATTERS, PLACES, build_index, records
from shicheng.holdings.types import FILING_ROW, IndexDocument
from shicheng.search import paging
from shicheng.search.compiling import Compiler, code_meant, exact_values
from shicheng.search.expressions import And, Days, Everything, Expression, Not, Nothing, Or, Word, Years
from shicheng.search.fields import ELEMENT_FIELDS, FIELDS, Kind, find_field, names_with
from shicheng.search.folding import fold as fold_text
from shicheng.search.language import read_query
from shicheng.search.paging import all_ids, read_page
from shicheng.search.schema import fold_code as fold_reference

fold = cache(fold_text)  # the scan folds the same values again and again
fold_code = cache(fold_reference)
RECORDS = records()
ELEMENTS = {field.name: name for name, field in ELEMENT_FIELDS.items()}
# Fields archives added: one label in two languages, a name of one sign, one name that means two labels.
ADDED = names_with({
    "议题": ("议题",), "agenda_item": ("议题",), "届": ("届",), "代表": ("代表", "人大代表"), "题名": ("届",),
})  # fmt: skip


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> tantivy.Searcher:
    return build_index(tmp_path_factory.mktemp("index") / "tantivy", RECORDS).searcher()


def ids_of(searcher: tantivy.Searcher, expression: Expression) -> set[UUID]:
    found = all_ids(searcher, Compiler(searcher).compile(expression))
    assert len(found) == len(set(found))
    return set(found)


def values_of(document: IndexDocument) -> list[str]:
    others = [value for name, value in document.elements.items() if name in ELEMENT_FIELDS]
    others += [value for label, value in (document.extra or {}).items() if label != FILING_ROW]
    return [
        document.title, document.text, document.document_number, document.author, document.ref, document.department,
        document.fonds_name, *others,
    ]  # fmt: skip


def holds(document: IndexDocument, expression: Expression) -> bool:
    """Whether a record matches, worked out the slow and plain way."""
    match expression:
        case Everything():
            return True
        case Nothing():
            return False
        case Years(first, last):
            return document.year is not None and (first or 0) <= document.year <= (last or 9999)
        case Days(first, last):
            if document.date_from is None or document.date_to is None:
                return False
            return (last is None or document.date_from <= last) and (first is None or document.date_to >= first)
        case Not(part):
            return not holds(document, part)
        case And(parts):
            return all(holds(document, part) for part in parts)
        case Or(parts):
            return any(holds(document, part) for part in parts)
    assert isinstance(expression, Word)
    return holds_word(document, expression)


def holds_word(document: IndexDocument, word: Word) -> bool:
    text = fold(word.text if word.quoted else word.text.strip("*"))
    if word.field is None:
        code = code_meant(word.text)
        return any(text in fold(value) for value in values_of(document)) or (
            code is not None and fold_code(document.ref).startswith(code)
        )
    if word.field.labels:
        return any(text in fold((document.extra or {}).get(label, "")) for label in word.field.labels if text)
    if word.field.kind is Kind.EXACT:
        have = document.formats if word.field.name == "format" else (getattr(document, word.field.name),)
        return bool(set(have) & set(exact_values(word.field, word.text)))
    if word.field.kind is Kind.CODE:
        folding = fold_code if word.field.name == "code" else fold
        value = folding(document.ref if word.field.name == "code" else document.document_number)
        if word.text.endswith("*") and not word.quoted:
            return value.startswith(folding(word.text[:-1]))
        return folding(word.text) in value
    if word.field.name in ELEMENTS:
        return text in fold(document.elements.get(ELEMENTS[word.field.name], ""))
    return text in fold(getattr(document, word.field.name))


def test_every_part_of_every_title_is_found_exactly(searcher: tantivy.Searcher) -> None:
    chance = random.Random(5)
    folded = {document.id: fold(document.title) for document in RECORDS}
    title = FIELDS["title"]
    for document in RECORDS:
        for _time in range(3):
            length = chance.randrange(2, 13)
            start = chance.randrange(0, max(1, len(document.title) - length + 1))
            part = document.title[start : start + length]
            wanted = fold(part)
            if not wanted:
                continue
            expected = {key for key, value in folded.items() if wanted in value}
            assert document.id in expected
            assert ids_of(searcher, Word(part, title, quoted=True)) == expected, part


def test_parts_of_titles_are_found_as_plain_words_and_by_the_field(searcher: tantivy.Searcher) -> None:
    chance = random.Random(6)
    for document in chance.sample(RECORDS, 150):
        start = chance.randrange(0, len(document.title) - 1)
        part = document.title[start : start + chance.randrange(2, 9)]
        if any(character.isspace() for character in part) or part[0] in '-"“' or not fold(part):
            continue
        quoted = read_query(f'题名:"{part}"').expression
        assert quoted == Word(part, FIELDS["title"], quoted=True)
        assert document.id in ids_of(searcher, quoted)
        bare = read_query(part).expression
        assert ids_of(searcher, bare) == {one.id for one in RECORDS if holds(one, bare)}, part
        assert document.id in ids_of(searcher, bare), part


def test_single_characters_are_found_in_every_field(searcher: tantivy.Searcher) -> None:
    for character in "安县第5号g（:":
        for name in ("title", "text", "author", "number", "e_keywords", "e_note", "department"):
            word = Word(character, FIELDS[name], quoted=True)
            assert ids_of(searcher, word) == {one.id for one in RECORDS if holds(one, word)}, (character, name)
        word = Word(character)
        assert ids_of(searcher, word) == {one.id for one in RECORDS if holds(one, word)}, character


def test_nothing_matches_across_two_values(searcher: tantivy.Searcher) -> None:
    # 关键词 “安全;决定” and the note after it are values of their own.
    joined = Word("决定原件", quoted=True)
    assert ids_of(searcher, joined) == set()
    assert ids_of(searcher, Word("决定", FIELDS["e_keywords"]))


QUERIES = """
*
NOT 决定
非 决定
-决定
安全生产 NOT 通知
安全生产 非 通知
NOT NOT 决定
安全 与 报告
安全 或 防汛
(安全 OR 防汛) AND NOT (通知 OR 报告)
（安全 或 防汛） 通知
题名:劳动合同
题名:"劳动合同"
題名：勞動合同
责任者:财政局
author:林晚舟
文号:〔2018〕
文号:[2018]
文号:青政发*
文号:青政发(2018*
number:(2018)
年度:2015
year:2010..2012
年度:[2010 TO 2015]
年度:>=2015
年度:<2010
年度<=2010
日期:2015
日期:20100101..20121231
日期:>=2020-06
date:..2009
全宗:G037
全宗:g037
门类:WS
门类:文书
保管期限:永久
保管期限:30年
retention:D10
机构:BGS
机构:bg
密级:公开
secrecy:secret
开放:开放
openness:deferred
正文:负责
text:電視臺
关键词:安全
keywords:决定
人名:林晚舟
附注:缺页
格式:pdf
移交:T2015
档号:G037-WS·2021*
档号:G037-WS*
档号:BGS
档号:b012_zp.2015
G037-WS·2015
B012_ZP.2015-Y
标题里没有的话
題名:(決定 OR 總結) 年度:2010..2020
办法（试行）
（试行）
[征求意见稿]
〔征求意见稿〕
GB 18030
GB18030
5G网络
ipv6
DEPLOYMENT plan
"deployment plan"
“三公”经费
与
或
NOT
安全 AND
-(安全 OR 防汛)
年度:2016..2015
《城乡规划法》
总结
義務教育
"""


@pytest.mark.parametrize("query", QUERIES.split("\n")[1:-1])
def test_a_query_finds_what_a_scan_finds(searcher: tantivy.Searcher, query: str) -> None:
    expression = read_query(query).expression
    assert ids_of(searcher, expression) == {one.id for one in RECORDS if holds(one, expression)}


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("议题:安全生产", True), ("議題：安全", True), ("agenda_item:IPv6", True), ('议题:"（第3项）"', True),
        ("议题:第 议题:项", True), ("届:十四", True), ("届:四", True), ("届:十四 NOT 议题:（第0项）", True),
        ("代表:甲", True), ("代表:林晚舟 OR 届:十", True), ("代表:(甲 OR 林晚舟)", True), ("议题:安*", True),
        ("十四", True), ("（第3项）", True), ("议题:林晚舟", False), ("届:十五", False), ("代表:十四", False),
        ("议题:项林", False), ("row-3", False), ("题名:十四", False), ("filing_row:row", False),
    ],
)  # fmt: skip
def test_fields_added_without_code_are_searched_like_others(
    searcher: tantivy.Searcher, query: str, finds: bool
) -> None:
    expression = read_query(query, ADDED).expression
    found = ids_of(searcher, expression)
    assert found == {one.id for one in RECORDS if holds(one, expression)}
    assert bool(found) is finds


def test_a_name_nobody_added_is_a_word() -> None:
    assert read_query("议题:安全").expression == Word("议题:安全")
    assert read_query("10:30", ADDED).expression == Word("10:30")


def test_the_examples_do_find_something(searcher: tantivy.Searcher) -> None:
    examples = ["NOT 决定", "文号:青政发(2018*", "档号:G037-WS*", "档号:b012_zp.2015", "題名：勞動合同", "“三公”经费"]
    for query in [*examples, "ipv6", "門類:文书", "G037-WS·2015", "（试行）", "機構:bg", "text:電視臺"]:
        found = ids_of(searcher, read_query(query).expression)
        assert 0 < len(found) < len(RECORDS), query


_words = st.sampled_from([*MATTERS, *KINDS, *PLACES, *AUTHORS, "安", "2015", "号", "没有这句话", "工作的", "G037"])
_leaves = st.one_of(
    st.builds(
        Word,
        _words,
        st.sampled_from([None, *(FIELDS[n] for n in ("title", "author", "text", "e_keywords"))]),
        st.booleans(),
    ),
    st.builds(Word, st.sampled_from(["open", "开放", "controlled"]), st.just(FIELDS["openness"])),
    st.builds(Word, st.sampled_from(["G037-WS*", "B012", "2015-Y"]), st.just(FIELDS["code"])),
    st.builds(Years, st.integers(2008, 2016), st.integers(2016, 2024)),
    st.just(Everything()),
    st.just(Nothing()),
)
_trees = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_trees)
def test_any_combination_finds_what_a_scan_finds(searcher: tantivy.Searcher, expression: Expression) -> None:
    assert ids_of(searcher, expression) == {one.id for one in RECORDS if holds(one, expression)}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_trees, st.sampled_from(["relevance", "date", "-date", "code", "-code", "title"]), st.integers(20, 90))
def test_pages_join_without_gap_or_double(
    searcher: tantivy.Searcher, expression: Expression, sort: str, size: int
) -> None:
    query = Compiler(searcher).compile(expression)
    whole = read_page(searcher, query, sort=sort, limit=1000, offset=0, scored=True)
    assert whole.total == len(whole.hits) == len({one for one, _score in whole.hits})
    joined = []
    for offset in range(0, whole.total + size, size):
        page = read_page(searcher, query, sort=sort, limit=size, offset=offset, scored=True)
        assert page.total == whole.total
        joined += page.hits
    assert joined == whole.hits


def test_all_ids_are_those_of_the_pages_however_they_are_taken_over(
    searcher: tantivy.Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = tantivy.Query.all_query()
    wanted = [key for key, _score in read_page(searcher, query, sort="code", limit=999, offset=0, scored=False).hits]
    for part in (7, len(RECORDS), 50_000):
        monkeypatch.setattr(paging, "_PART", part)
        ids = paging.all_ids(searcher, query)
        assert list(ids) == wanted
        assert (ids[0], ids[-1], ids[3:9]) == (wanted[0], wanted[-1], wanted[3:9])
    assert not paging.all_ids(searcher, tantivy.Query.empty_query())


def test_orders_are_right(searcher: tantivy.Searcher) -> None:
    by_id = {one.id: one for one in RECORDS}
    query = Compiler(searcher).compile(Everything())

    def listed(sort: str) -> list[IndexDocument]:
        return [
            by_id[key] for key, _score in read_page(searcher, query, sort=sort, limit=999, offset=0, scored=False).hits
        ]

    codes = [one.ref for one in sorted(RECORDS, key=lambda one: one.code_sort)]
    assert [one.ref for one in listed("code")] == codes
    assert [one.ref for one in listed("-code")] == codes[::-1]
    dated = [one for one in RECORDS if one.date_from]
    undated = [one.ref for one in sorted(RECORDS, key=lambda one: one.code_sort) if one.date_from is None]
    up = [one.ref for one in sorted(dated, key=lambda one: (one.date_from, one.code_sort))]
    assert [one.ref for one in listed("date")] == up + undated
    assert [one.ref for one in listed("-date")] == up[::-1] + undated
    titles = [fold(one.title)[:60] for one in listed("title")]
    assert titles == sorted(titles)


def test_equally_good_hits_come_in_the_order_of_codes(searcher: tantivy.Searcher) -> None:
    by_id = {one.id: one for one in RECORDS}
    page = read_page(
        searcher, Compiler(searcher).compile(Word("通知")), sort="relevance", limit=500, offset=0, scored=True
    )
    keys = [(-score, by_id[key].code_sort) for key, score in page.hits]
    assert keys == sorted(keys)
    assert len({score for _key, score in page.hits}) < len(page.hits)  # there are ties


def test_a_title_counts_more_than_a_text(searcher: tantivy.Searcher) -> None:
    by_id = {one.id: one for one in RECORDS}
    page = read_page(
        searcher, Compiler(searcher).compile(Word("土地承包")), sort="relevance", limit=10, offset=0, scored=True
    )
    assert all("土地承包" in by_id[key].title for key, _score in page.hits)
    assert any("土地承包" in one.text and "土地承包" not in one.title for one in RECORDS)


def test_filters_do_not_change_the_score(searcher: tantivy.Searcher) -> None:
    compiler = Compiler(searcher)
    plain = read_page(searcher, compiler.compile(Word("安全")), sort="relevance", limit=999, offset=0, scored=True)
    narrowed = And((Word("安全"), Years(2010, 2020), Word("open", FIELDS["openness"]), Not(Years(2011, 2011))))
    found = read_page(searcher, compiler.compile(narrowed), sort="relevance", limit=999, offset=0, scored=True)
    scores = dict(plain.hits)
    assert found.hits
    assert all(scores[key] == score for key, score in found.hits)


def test_a_made_code_is_found_whole_and_by_its_beginning_and_says_nothing_in_its_parts(tmp_path: Path) -> None:
    given, made = RECORDS[0]._replace(ref="G037-CAT-5GIP"), RECORDS[1]._replace(ref="B012-CAT-ABIP5GKLMNOPQ")
    given = given._replace(elements={**given.elements, "reference_code": given.ref})
    index = build_index(tmp_path / "index", [given, made, RECORDS[2]]).searcher()
    code = FIELDS["code"]
    for asked, wanted in {
        Word("B012-CAT-ABIP5GKLMNOPQ"): [made.ref],
        Word("b012－CAT－abip5gklmnopq"): [made.ref],
        Word("B012-CAT-ABIP5GKLMNOPQ", code): [made.ref],
        Word("B012-CAT-ABIP*", code): [made.ref],
        Word("B012-CAT*", code): [made.ref],
        Word("*5GK*", code): [made.ref],
        Word("B012-C", code): [made.ref],
        Word("IP5G", code): [],
        Word("IP5G"): [],
        Word("5GIP", code): [given.ref],
        Word("CAT-5GIP"): [given.ref],
    }.items():
        found = [one.ref for one in (given, made, RECORDS[2]) if one.id in ids_of(index, asked)]
        assert found == wanted, asked


def test_field_names_are_unambiguous() -> None:
    taken: dict[str, str] = {}
    for field in FIELDS.values():
        for word in field.words:
            assert taken.setdefault(word.lower(), field.name) == field.name, word
            assert find_field(word) is field
