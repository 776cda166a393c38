"""Things made in advance come in their order, and what goes wrong comes in its place."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from shicheng.base.ahead import made_ahead


def test_in_order_and_one_ahead() -> None:
    made: list[int] = []
    second_is_made = threading.Event()

    def make() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            if number == 1:
                second_is_made.set()
            yield number

    things = made_ahead(make())
    assert next(things) == 0
    assert second_is_made.wait(60)  # while the first is still being used
    assert [0, *things] == list(range(50)) == made
    assert list(made_ahead([])) == []


def test_a_fault_comes_after_what_was_made_before_it() -> None:
    def make() -> Iterator[None]:
        yield None
        raise ZeroDivisionError

    things = made_ahead(make())
    assert next(things) is None
    with pytest.raises(ZeroDivisionError):
        next(things)


def test_nothing_goes_on_once_nobody_wants_more() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    for number in made_ahead(make()):
        if number == 3:
            break
    assert len(made) <= 6
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("made-ahead")]
