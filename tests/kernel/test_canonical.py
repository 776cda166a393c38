"""Canonical JSON: equal values, equal bytes; nothing ambiguous gets in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel.canonical import NotCanonical, canonical_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_reading_back_gives_the_value(value: Any) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical_json(turned) == canonical_json(value)


def test_the_form_is_fixed() -> None:
    value = {"题名": "关于“十四五”", "a": [1, True, None, "x\n"], "B": {}}
    expected = '{"B":{},"a":[1,true,null,"x\\n"],"题名":"关于“十四五”"}'
    assert canonical_json(value) == expected.encode()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"a": [1, 2.0]}, r"\$\.a\[1\]"),
        (float("nan"), r"\$"),
        ({1: "x"}, r"\(key\)"),
        (b"x", "bytes"),
        ({"a": {1, 2}}, r"\$\.a"),
        ("half \ud800", "half a character"),
    ],
)
def test_what_has_no_single_form_is_refused(value: Any, place: str) -> None:
    with pytest.raises(NotCanonical, match=place):
        canonical_json(value)
