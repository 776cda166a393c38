"""Identifiers sort by time or derive from parts; the clock is aware."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel import clock, identifiers

PARTS = st.lists(st.text() | st.integers())


def test_new_identifiers_are_version_7_in_the_order_of_time() -> None:
    made = [identifiers.new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert abs((made[-1].int >> 80) - time.time_ns() // 1_000_000) < 60_000


def test_a_clock_set_back_does_not_break_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    before = identifiers.new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1)
    assert identifiers.new_id() > before


def test_threads_never_get_the_same_time() -> None:
    made: list[uuid.UUID] = []

    def make() -> None:
        made.extend([identifiers.new_id() for _ in range(2000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.int >> 64 for one in made}) == len(made) == 8000


@given(PARTS, PARTS)
def test_derived_identifiers_differ_exactly_as_their_parts(left: list[str | int], right: list[str | int]) -> None:
    same = [(type(part), part) for part in left] == [(type(part), part) for part in right]
    assert (identifiers.derived_id(*left) == identifiers.derived_id(*right)) == same


def test_derived_identifiers_never_change() -> None:
    # Identifiers in existing archives were made so: this value must stay.
    made = identifiers.derived_id("Z109", "Z109-WS·2011-Y-BGS-0001", 1)
    assert str(made) == "2e97dc1e-3b48-518e-919a-94a6df45d232"
    assert made.version == 5


def test_now_is_the_present_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs((clock.now() - datetime.now(UTC)).total_seconds()) < 60


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.text()), min_size=1, max_size=20, unique=True))
def test_placed_identifiers_lie_in_order_and_differ_as_their_parts(wanted: list[tuple[int, str]]) -> None:
    parent = identifiers.new_id()
    made = [identifiers.placed_id(parent, place, "item", text) for place, text in wanted]
    assert len(set(made)) == len(wanted)
    assert made == [identifiers.placed_id(parent, place, "item", text) for place, text in wanted]
    assert [place for place, _text in sorted(wanted)] == [
        wanted[made.index(one)][0] for one in sorted(made, key=lambda one: one.int)
    ]
    assert all(one.int >> 80 == parent.int >> 80 and one.version == 8 for one in made)
    assert all(one.variant == uuid.RFC_4122 for one in made)


@given(st.integers(0, 2**128 - 1), st.lists(st.text(), min_size=2, max_size=2, unique=True))
def test_identifiers_of_parts_begin_as_their_whole(number: int, names: list[str]) -> None:
    whole = uuid.UUID(int=number)
    first, second = (identifiers.part_id(whole, "file", name) for name in names)
    assert first != second
    assert first.int >> 42 == second.int >> 42 == whole.int >> 42
    assert first == identifiers.part_id(whole, "file", names[0]) != identifiers.part_id(uuid.uuid4(), "file", names[0])
