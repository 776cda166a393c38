"""Keys in little room tell the same as a dictionary."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from shicheng.cataloguing.first_rows import FirstRows

_KEYS = st.integers(0, 40) | st.integers(-(1 << 63), (1 << 64) - 1)


@given(keys=st.lists(_KEYS, max_size=200))
def test_the_first_row_of_a_key_is_told(keys: list[int]) -> None:
    found, wanted = FirstRows(), dict[int, int]()
    for row, key in enumerate(keys, 1):
        assert found.first(key, row) == wanted.setdefault(key % (1 << 64) or 1, row)


def test_all_are_kept_when_it_grows() -> None:
    chance = random.Random(3)
    keys = [chance.getrandbits(64) for _ in range(150_000)]
    found = FirstRows()
    assert [found.first(key, row) for row, key in enumerate(keys)] == list(range(150_000))
    assert [found.first(key, 7) for key in keys] == list(range(150_000))
