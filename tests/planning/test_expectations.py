"""What is expected, without a database: gaps, days, kinds that stay away, meetings, figures of plans."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel.document_numbers import TAIL, parse_document_number, shared_part
from shicheng.kernel.messages import message as _
from shicheng.planning.errors import BadTerms
from shicheng.planning.expecting import MOST_RUNS, fallen_kinds, late_lines, meetings_without, number_gaps
from shicheng.planning.figures import MEASURES, Arrival, Target, allot, is_late, last_day, quarter_of, share
from shicheng.planning.gaps import Run, as_runs, find_gaps
from shicheng.planning.meeting_rules import all_rules, rules_for
from shicheng.planning.terms import checked, defaults, merged
from shicheng.planning.types import Line, Meeting, Series

DUE = date(2026, 6, 30)


@given(st.sets(st.integers(min_value=1, max_value=400), max_size=200))
def test_what_is_missing_and_what_is_there_are_the_whole_range(present: set[int]) -> None:
    missing = {number for gap in find_gaps(present) for number in gap}
    assert missing.isdisjoint(present)
    assert missing | present == set(range(1, max(present, default=0) + 1))
    runs = find_gaps(present)
    assert all(one.last + 1 < other.first for one, other in itertools.pairwise(runs)), "runs are maximal"
    assert {number for run in as_runs(present) for number in run} == present


def test_gaps_begin_where_numbers_begin() -> None:
    assert find_gaps([3, 5, 9], first=3) == [Run(4, 4), Run(6, 8)] and find_gaps([]) == []
    assert [str(one) for one in find_gaps([2, 6])] == ["1", "3–5"]


def test_document_numbers_are_read_in_every_bracket() -> None:
    same = [
        "京人常发〔2025〕3号",
        "京人常发[2025]3号",
        "京人常发（2025）第3号",
        "京 人常发【2025】３号",
        "京人常发2025年第3号",
    ]
    assert {parse_document_number(one) for one in same} == {parse_document_number(same[0])}
    read = parse_document_number("京人常办字〔2025〕012号")
    assert read is not None and (read.series, read.year, read.number) == ("京人常办", 2025, 12)
    assert [parse_document_number(one) for one in ("", "第12号令", "〔2025〕3号", "京人常发", "京人常发〔2025〕")] == [
        None
    ] * 5


@given(st.integers(min_value=1, max_value=99999), st.sampled_from(["〔2025〕", "[2025]", "（2025）", "2025年"]))
def test_numbers_of_a_series_share_all_but_the_number(number: int, year: str) -> None:
    shared = shared_part(f"澜人常发{year}{number}号")
    assert shared == f"澜人常发{year}" and not shared.endswith(tuple(TAIL))
    assert parse_document_number(f"{shared}1号") is not None


def test_gaps_of_a_series_are_told_run_by_run_with_their_reason() -> None:
    why = _("It is its own.")
    [one, other] = number_gaps([Series("doc:京〔2025〕", "京〔2025〕%d号", (1, 3, 6, 7), why, "BGS")])
    assert (one.facts["first"], one.facts["last"], one.missing, one.klass) == (2, 2, 1, "BGS")
    assert str(other.what) == "The document 京〔2025〕4–5号 is missing." and other.missing == 2
    assert str(other.reason) == "These are here: 1、3、6–7. It is its own."
    many = tuple(range(2, 3 * MOST_RUNS, 2))
    [whole] = number_gaps([Series("item:A-", "A-%d", many, why, is_document=False)])
    assert whole.missing == many[-1] - len(many) and "The item" in str(whole.what)


def line(klass: str, counts: dict[int, int], **more: object) -> Line:
    return replace(Line(2025, DUE, klass, label=klass, counts=counts), **more)  # type: ignore[arg-type]


def test_the_calendar_tells_what_came_before_and_stayed_away() -> None:
    unit = Line(2025, DUE, counts={2024: 7})
    [nothing] = late_lines(2025, [unit, line("BGS", {2024: 7})], total=0, ever=True)
    assert (nothing.key, nothing.missing) == ("unit", 7)
    assert late_lines(2025, [unit], total=0, ever=False) == []
    lines = [
        unit, line("BGS", {2024: 7, 2025: 1}), line("RSC", {2023: 2}), line("NEW", {}),
        line("OWN", {}, has_own_due=True),
        line("BGS", {}, row_key="1", has_own_due=True), line("RSC", {2023: 2}, row_key="2", has_own_due=True),
        line("BGS", {2024: 1}, row_key="3"),
    ]  # fmt: skip
    found = late_lines(2025, lines, total=1, ever=True)
    assert [one.key for one in found] == ["class:RSC", "class:OWN", "row:1"]


def test_kinds_are_told_that_were_steady_and_fell() -> None:
    steady = {2022: 10, 2023: 10, 2024: 10}
    told = {
        one.key: one.missing
        for one in fallen_kinds(2025, [
            line("A", steady, row_key="1"), line("A", {**steady, 2025: 4}, row_key="2"),
            line("A", {**steady, 2025: 5}, row_key="3"), line("A", {2023: 9, 2024: 9}, row_key="4"),
            line("B", steady), line("B", {**steady, 2025: 1}), line("C", steady, row_key="9"),
        ], defaults(), silent=frozenset({"C"}))
    }  # fmt: skip
    assert told == {"row:1": 10, "row:2": 6, "class:B": 9}


def test_rules_find_meetings_in_titles_and_their_papers() -> None:
    names = {rule.name: rule for rule in rules_for(["peoples-congress"])}
    rule = names["director-meeting"]
    assert rule.meeting_of("关于印发第三十二次主任会议议程的通知") == "第三十二次主任会议"
    assert rule.is_paper("第三十二次主任会议纪要") and not rule.is_paper("第三十二次主任会议议程")
    committee = names["committee-session"].meeting_of("澜城县第十六届人大常委会第九次会议公报")
    assert committee.endswith("第九次会议") and names["committee-session"].is_paper("公报")
    assert {one.name for one in rules_for(["accounting"])} == {one.name for one in rules_for(["general"])}
    assert all(isinstance(one.pattern, re.Pattern) or one.entity for one in all_rules())
    [one] = meetings_without([Meeting("entity:1", "第九次会议", "纪要、会议记录", ("a", "b"), "1")])
    assert "纪要、会议记录 is missing" in str(one.what) and "belong to it: 2; none" in str(one.reason)


def test_terms_are_data_with_the_recalled_day_marked() -> None:
    terms = defaults()
    assert terms.due_of(2025) == DUE and terms.source == "R"
    own = merged({"share": 30}, {"dues": {"RSC": "3-1", "row:4": "02-29"}, "steps": [{"days": 5, "to": "leader"}]})
    assert (own.due_of(2025, "RSC"), own.due_of(2025, "RSC", "4")) == (date(2026, 3, 1), date(2026, 2, 28))
    assert own.due_of(2027, "X", "4") == date(2028, 2, 29) and own.share == 30 and own.has_own("RSC")
    assert (terms.reached(DUE, DUE), terms.reached(DUE, date(2026, 7, 1)), terms.reached(DUE, date(2027, 1, 1))) == (
        0,
        1,
        3,
    )
    assert terms.told(2) == {"clerk", "handler"} and own.told(1) == {"leader"}
    bad = ({"due": "13-01"}, {"share": 0}, {"share": True}, {"what": 1}, {"steps": [{"days": 1, "to": "me"}]},
           {"steps": [1]}, {"steps": "x"}, {"series": "x"}, {"series": [""]}, {"dues": ["x"]},
           {"source": "X"})  # fmt: skip
    for one in bad:
        with pytest.raises(BadTerms):
            checked(one)


def test_what_comes_fills_the_best_line_and_the_earlier_quarter_first() -> None:
    lines = [
        Target("q2", "A", "WS", "Y", 2, items=10), Target("q4", "A", "WS", "Y", 4, items=10),
        Target("any", "A", "", "", 1, items=5), Target("b", "B", "WS", "", 1, volumes=2),
    ]  # fmt: skip
    came = [
        Arrival("A", "WS", "Y", 13),
        Arrival("A", "KU", "D30", 9),
        Arrival("B", "WS", "Y", 4, 1),
        Arrival("C", "WS", "Y", 1),
    ]
    allotted = allot(lines, came)
    assert {key: one.items for key, one in allotted.lines.items()} == {"q2": 10, "q4": 3, "any": 9, "b": 4}
    assert [one.unit for one in allotted.unplanned] == ["C"]
    assert (
        share((10, 0, 0), (3, 0, 0)) == 30 and share((0, 2, 0), (4, 1, 0)) == 50 and share((0, 0, 0), (0, 0, 0)) == 100
    )
    assert is_late(2026, 2, 99, date(2026, 7, 1)) and not is_late(2026, 2, 99, date(2026, 6, 30))
    assert not is_late(2026, 1, 100, date(2027, 1, 1))
    assert [last_day(2026, quarter).day for quarter in (1, 2, 3, 4)] == [31, 30, 30, 31]
    assert [quarter_of(date(2026, month, 1)) for month in (1, 3, 4, 6, 12)] == [1, 1, 2, 2, 4]


_ARRIVALS = st.lists(
    st.builds(Arrival, st.sampled_from("ABC"), st.sampled_from(["WS", "KU"]), st.sampled_from(["Y", "D30"]),
              st.integers(0, 50), st.integers(0, 50), st.integers(0, 50)), max_size=8,
)  # fmt: skip
_TARGETS = st.lists(
    st.builds(Target, st.uuids().map(str), st.sampled_from("AB"), st.sampled_from(["", "WS"]),
              st.sampled_from(["", "Y"]), st.integers(1, 4), st.integers(0, 30)),
    max_size=6, unique_by=lambda one: one.key,
)  # fmt: skip


@given(_TARGETS, _ARRIVALS)
def test_nothing_that_came_is_lost_or_counted_twice(targets: list[Target], arrivals: list[Arrival]) -> None:
    allotted = allot(targets, arrivals)
    for measure in MEASURES:
        given_out = sum(getattr(one, measure) for one in (*allotted.lines.values(), *allotted.unplanned))
        assert given_out == sum(getattr(one, measure) for one in arrivals)
