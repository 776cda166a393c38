"""JSON as it stands in columns: the same texts and values as those of the language's own library."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel.plain_json import decode_json, encode_json

_TEXTS = st.text(st.characters())  # with control characters and halves of surrogates
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
)


@given(value=_VALUES)
def test_values_are_written_and_read_as_by_the_library_of_the_language(value: Any) -> None:
    text = encode_json(value)
    assert text == json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert decode_json(text) == value
    assert decode_json(text.encode("utf-8", "surrogatepass")) == value


@given(text=_TEXTS)
def test_what_is_no_json_is_an_error_of_the_value(text: str) -> None:
    try:
        wanted = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError):
            decode_json(text)
    else:
        assert decode_json(text) == wanted or wanted != wanted
