"""Finding as an actor does: what may be seen, facets, highlights, suggestions, notes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from search.archive import register
from search.catalogue import records
from shicheng.holdings import policies as holdings_policies
from shicheng.holdings.counting import totals
from shicheng.holdings.models import Item
from shicheng.people.policies import reach
from shicheng.people.services import ANONYMOUS, SYSTEM, operator
from shicheng.people.types import Actor, Reach, Role
from shicheng.search.building import rebuild_index
from shicheng.search.services import find, find_ids, suggest
from shicheng.search.types import FACETS, Narrowing

pytestmark = pytest.mark.django_db(transaction=True)

ACTORS = {
    "anonymous": ANONYMOUS,
    "reader": Actor("user", "reader", roles=frozenset({Role.READER})),
    "administrator": Actor("user", "administrator", roles=frozenset({Role.READER, Role.SYSTEM_ADMINISTRATOR})),
    "archivist": Actor("user", "archivist", roles=frozenset({Role.READER, Role.ARCHIVIST})),
    "archivist of one fonds": Actor(
        "user", "one", roles=frozenset({Role.READER, Role.ARCHIVIST}), fonds=frozenset({"B012"})
    ),
    "archivist of no fonds": Actor("user", "none", roles=frozenset({Role.READER, Role.ARCHIVIST}), fonds=frozenset()),
    "reader with a fonds": Actor("user", "odd", roles=frozenset({Role.READER}), fonds=frozenset({"B012"})),
    "nobody": Actor("user", "nobody"),
    "operator": operator("someone"),
    **{
        name: Actor("user", name, roles=frozenset({one.role for one in reaches}), reaches=reaches)
        for name, reaches in {
            "cataloguer of a category and years": (
                Reach(Role.CATALOGUER, fonds=frozenset({"G037"}), category="WS", year_from=2012, year_to=2016),
            ),
            "filing clerk of a unit": (Reach(Role.FILING_CLERK, fonds=frozenset({"B012"}), unit="BGS"),),
            "up to internal": (Reach(Role.ARCHIVIST, ceiling="restricted"),),
            "two grants": (
                Reach(Role.REVIEWER, year_to=2010),
                Reach(Role.APPRAISER, fonds=frozenset({"B012"}), ceiling="public"),
            ),
            "a level there is not": (Reach(Role.ARCHIVIST, ceiling="cosmic"),),
            "reading only": (Reach(Role.ARCHIVIST, purpose="reading"),),
            "an administrator's role with a reach": (Reach(Role.AUDITOR), Reach(Role.READER)),
        }.items()
    },
    "system": SYSTEM,
}


@pytest.fixture
def index(tmp_path: Path) -> Path:
    register(records(300))
    rebuild_index(tmp_path / "index")
    return tmp_path / "index"


def test_index_and_database_agree_on_what_each_actor_may_see(index: Path) -> None:
    everything = list(Item.objects.select_related("fonds"))
    for name, actor in ACTORS.items():
        rows = list(holdings_policies.visible(actor).select_related("fonds"))
        expected = {row.pk for row in rows}
        assert set(find_ids(actor, "*", index_path=index)) == expected, name
        assert totals(actor)["items"] == len(expected), name
        reaches = reach(actor, holdings_policies.READ)
        held = {row.pk for row in everything if any(one.holds(holdings_policies.place_of(row)) for one in reaches)}
        assert held | {row.pk for row in rows if holdings_policies.is_open(row)} == expected, name
        results = find(actor, "*", index_path=index, limit=1000, facets=True)
        assert results.total == len(results.hits) == len(expected), name
        for facet, value_of in {
            "fonds": lambda row: row.fonds.code, "category": lambda row: row.category,
            "openness": lambda row: row.openness,
            "year": lambda row: str(row.year), "secrecy": lambda row: row.secrecy,
            "retention": lambda row: row.retention,
            "department": lambda row: row.department, "transfer": lambda row: row.transfer,
        }.items():  # fmt: skip
            counts = {one.value: one.count for one in results.facets[facet]}
            assert counts == dict(Counter(map(value_of, rows))), (name, facet)
        for query in ("通知", "NOT 通知", "开放:控制", "密级:机密", "全宗:G037", "正文:负责 OR 年度:2015"):
            assert set(find_ids(actor, query, index_path=index)) <= expected, (name, query)
    assert find(ACTORS["nobody"], "*", index_path=index).total == 0
    assert 0 < find(ANONYMOUS, "*", index_path=index).total < 300


def test_a_record_closed_since_it_was_indexed_is_not_shown(index: Path) -> None:
    hit = find(ANONYMOUS, "*", index_path=index).hits[0]
    Item.objects.filter(pk=hit.item_id).update(openness="controlled")
    assert hit.item_id not in {one.item_id for one in find(ANONYMOUS, "*", index_path=index, limit=500).hits}
    assert hit.item_id not in {one.item_id for one in suggest(ANONYMOUS, hit.ref, index)}


def test_json_has_the_fixed_shape(index: Path) -> None:
    results = find(SYSTEM, "安全", index_path=index, limit=3).to_json()
    assert list(results) == ["total", "seconds", "hits"]
    assert [list(hit) for hit in results["hits"]] == [
        ["ref", "title", "creator", "date", "year", "fonds", "score", "snippet"]
    ] * 3


def test_narrowing_and_facets_show_the_present_query(index: Path) -> None:
    narrowing = Narrowing(fonds="G037", year_from=2010, year_to=2015, filters={"category": "WS", "retention": "D30"})
    results = find(SYSTEM, "工作 OR 印发", index_path=index, narrowing=narrowing, facets=True, limit=500)
    assert results.total == len(results.hits) > 0
    assert tuple(results.facets) == FACETS
    for hit in results.hits:
        assert (hit.fonds, hit.category, hit.retention) == ("G037", "WS", "D30")
        assert hit.year is not None
        assert 2010 <= hit.year <= 2015
    (fonds,) = results.facets["fonds"]
    assert (fonds.value, fonds.label, fonds.count, fonds.active) == ("G037", "G037 青石县人大", results.total, True)
    assert [one.label for one in results.facets["retention"] if one.active] == ["30 years"]
    years = [int(one.value) for one in results.facets["year"]]
    assert years == sorted(years, reverse=True)


def test_a_filter_that_fits_nothing_stays_to_be_taken_off(index: Path) -> None:
    results = find(SYSTEM, "*", index_path=index, narrowing=Narrowing(filters={"category": "QQ"}), facets=True)
    assert results.total == 0
    assert [(one.value, one.count, one.active) for one in results.facets["category"]] == [("QQ", 0, True)]
    assert find(SYSTEM, "*", index_path=index, narrowing=Narrowing(filters={"year": "x'"})).total == 0


def test_highlights_mark_the_original_characters(index: Path) -> None:
    results = find(SYSTEM, "义务教育", index_path=index, limit=100)
    titles = [hit.title_html for hit in results.hits if "義務教育" in hit.title]
    assert titles
    assert all("<mark>義務教育</mark>" in title for title in titles)
    snippets = find(SYSTEM, "正文:電視臺", index_path=index, limit=100).hits
    assert snippets
    for hit in snippets:
        assert "电视台" in hit.snippet
        assert "<mark>电视台</mark>" in hit.snippet_html
        assert len(hit.snippet) <= 150


def test_markup_in_titles_is_escaped(tmp_path: Path) -> None:

    one = records(1)[0]
    title = "<script>alert('安全')</script> & 安全"
    register([one._replace(title=title, elements={"title": title}, text="<b>安全</b>")])
    rebuild_index(tmp_path / "index")
    (hit,) = find(SYSTEM, "安全", index_path=tmp_path / "index").hits
    assert hit.title_html == "&lt;script&gt;alert(&#x27;<mark>安全</mark>&#x27;)&lt;/script&gt; &amp; <mark>安全</mark>"
    assert hit.snippet_html == "&lt;b&gt;<mark>安全</mark>&lt;/b&gt;"
    assert hit.snippet == "<b>安全</b>"
    (hit,) = find(SYSTEM, "script", index_path=tmp_path / "index").hits
    assert "<script" not in hit.title_html


def test_suggestions_begin_with_what_was_typed(index: Path) -> None:
    for typed in ("关于印发", "關於印發", "关"):
        found = suggest(SYSTEM, typed, index)
        assert found
        assert all(one.kind == "title" and one.text.startswith("关") for one in found)
    codes = suggest(SYSTEM, "g037_ws.20", index)
    assert codes
    assert all(one.kind == "code" and one.text.startswith("G037-WS·20") for one in codes)
    assert suggest(SYSTEM, "  ", index) == []
    assert suggest(ACTORS["nobody"], "关于", index) == []


def test_what_can_not_be_understood_is_noted_and_does_not_raise(index: Path) -> None:
    assert "ends before" in str(find(SYSTEM, "年度:2016..2015", index_path=index).notes[0])
    assert "no date" in str(find(SYSTEM, "日期:昨天", index_path=index).notes[0])
    assert "nothing to search" in str(find(SYSTEM, " ", index_path=index).notes[0])
    results = find(SYSTEM, "安全", index_path=index, sort="colour")
    assert "colour" in str(results.notes[0])
    assert results.total > 0


def test_any_page_can_be_asked_for(index: Path) -> None:
    assert find(SYSTEM, "*", index_path=index, offset=10**15).hits == []
    assert find(SYSTEM, "安全", index_path=index, offset=10**15).total > 0
    assert find(SYSTEM, "安全", index_path=index, limit=0).total > 0
    assert len(find(SYSTEM, "*", index_path=index, limit=10**9, offset=290).hits) == 10


def test_without_an_index_a_note_says_so(tmp_path: Path) -> None:
    results = find(SYSTEM, "安全", index_path=tmp_path / "none")
    assert results.total == 0
    assert "no search index" in str(results.notes[0])
