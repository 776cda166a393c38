"""Columns are drawn from elements and code, and a value nobody understands leaves its column empty."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.holdings.describing import DRAWN_FROM, draw_columns
from shicheng.holdings.types import Openness, Secrecy
from shicheng.packages.elements import ELEMENTS

FIELDS = ("year", "date", "retention", "secrecy", "openness", "pages", "item_number", "title", "fonds_code")


@pytest.mark.parametrize(
    ("ref", "elements", "year"),
    [
        ("no code", {"year": "1999", "date": "2001年"}, 1999),  # what the office says comes first
        ("B012-WS·2016-Y-CXW-0001", {"date": "2001年"}, 2016),  # then what the code says
        ("no code", {"date": "2016年3月5日"}, 2016),  # then the document itself
        ("no code", {"date": "2001-2003"}, None),  # a range over years is of none of them
        ("no code", {"date": "某年"}, None),
        ("", {}, None),
    ],
)
def test_year_to_look_under(ref: str, elements: dict[str, str], year: int | None) -> None:
    assert draw_columns(ref, elements).year == year


def test_code_fills_what_the_elements_leave_open() -> None:
    drawn = draw_columns("B012-WS·2016-Y-CXW-0001", {"title": "甲", "date": "20160305", "pages": "３"})
    assert (drawn.fonds_code, drawn.category, drawn.retention, drawn.department, drawn.number) == (
        "B012", "WS", "Y", "CXW", 1,
    )  # fmt: skip
    assert drawn.date_from == drawn.date_to == datetime.date(2016, 3, 5)
    assert drawn.pages == 3
    made = draw_columns("B012-WS·2016-Y-CXW-0001", {}, sort="B012-CAT-1")
    assert (made.code_sort, made.year, made.category) == ("B012-CAT-1", None, "")


def test_words_nobody_knows_open_nothing() -> None:
    drawn = draw_columns("", {"secrecy": "随便", "openness": "随便", "retention": "随便", "pages": "9" * 5000})
    assert (drawn.secrecy, drawn.openness) == (Secrecy.RESTRICTED, Openness.UNREVIEWED)
    assert (drawn.retention, drawn.pages) == ("", None)


@given(st.text(max_size=60), st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
def test_no_description_is_refused(ref: str, elements: dict[str, str]) -> None:
    draw_columns(ref, elements)


def test_no_column_is_drawn_from_other_elements() -> None:
    ref, base = "B012-WS·2016-Y-CXW-0001", {"title": "甲", "date": "20160305"}
    drawn = draw_columns(ref, base)
    for element in ELEMENTS:
        for value in ("1999", "永久", "开放", "绝密", "20010101"):
            changed = draw_columns(ref, {**base, element.name: value}) != drawn
            assert element.name in DRAWN_FROM or not changed, element.name
