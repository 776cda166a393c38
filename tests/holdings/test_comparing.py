"""Two descriptions side by side: which elements differ, and what within them."""

from __future__ import annotations

import random

import pytest

from shicheng.holdings.comparing import changed_names, compare, mark


def told(before: str, after: str) -> tuple[str, str]:
    """Both texts with what is marked in brackets."""
    left, right = mark(before, after)
    return tuple("".join(f"[{one.text}]" if one.is_changed else one.text for one in side) for side in (left, right))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("before", "after", "left", "right"),
    [
        ("关于预算的决定", "关于预算的若干决定", "关于预算的决定", "关于预算的[若干]决定"),
        ("共12页", "共13页", "共[12]页", "共[13]页"),
        ("signed by Wang", "signed by Li", "signed by [Wang]", "signed by [Li]"),
        ("", "新的", "", "[新的]"),
        ("没有了", "", "[没有了]", ""),
        ("一样", "一样", "一样", "一样"),
        ("甲乙丙丁", "子丑寅卯", "[甲乙丙丁]", "[子丑寅卯]"),
        ("第一行\n第二行", "第一行\n第二行改", "第一行\n第二行", "第一行\n第二行[改]"),
    ],
)
def test_what_differs_is_marked_in_each_text(before: str, after: str, left: str, right: str) -> None:
    assert told(before, after) == (left, right)


def test_the_pieces_always_make_the_texts_again() -> None:
    chance = random.Random(5)
    for _round in range(200):
        before, after = ("".join(chance.choice("甲乙丙ab 1\n") for _ in range(chance.randrange(30))) for _ in "xy")
        left, right = mark(before, after)
        assert ("".join(one.text for one in left), "".join(one.text for one in right)) == (before, after)


def test_a_very_long_text_is_compared_by_sentences() -> None:
    sentences = [f"这是第{number}句，说的是第{number}件事。" for number in range(3000)]
    changed = [*sentences[:1500], "这一句是新的。", *sentences[1500:]]
    left, right = mark("".join(sentences), "".join(changed))
    # The sentence behind begins with the same sign, so either of the two may count as the new one.
    assert "".join(one.text for one in right if one.is_changed) in ("这一句是新的。", "一句是新的。这")
    assert not any(one.is_changed for one in left)
    both = [f"改过的{sentence}" if place in (3, 900) else sentence for place, sentence in enumerate(sentences)]
    left, right = mark("".join(sentences), "".join(both))
    assert [one.text[:6] for one in right if one.is_changed] == ["改过的这是第", "改过的这是第"]


def test_elements_come_in_the_order_of_the_norm() -> None:
    before = {"note": "a", "title": "t", "盒号": "1", "author": ""}
    after = {"title": "u", "note": "a", "盒号": "2", "date": "2020"}
    assert changed_names(before, after) == ["title", "date", "盒号"]
    assert [one.name for one in compare(before, after)] == ["title", "date", "note", "盒号"]
