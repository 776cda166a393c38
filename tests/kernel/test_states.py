"""State tables: what is not in the table does not happen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shicheng.kernel.states import IllegalMove, Machine, Move, ReasonMissing

TRANSFER = Machine(
    "transfer",
    start="received",
    moves=[
        Move("check", "received", "checking", permission="ingest.transfer.check"),
        Move("pass", "checking", "checked"),
        Move("fail", "checking", "failed"),
        Move("accept", "checked", "accepted", permission="ingest.transfer.accept"),
        Move("return", ["checked", "failed"], "returned", needs_reason=True),
        Move("check", ["returned"], "checking"),
    ],
)


def test_every_pair_of_state_and_verb_either_moves_or_is_refused() -> None:
    seen = 0
    for state, verb, move in TRANSFER.pairs():
        seen += 1
        assert TRANSFER.allows(state, verb) == (move is not None)
        if move is None:
            with pytest.raises(IllegalMove, match=state):
                TRANSFER.next(state, verb)
        else:
            assert TRANSFER.next(state, verb) == move.target
            assert move in TRANSFER.moves_from(state)
    assert seen == len(TRANSFER.states) * len(TRANSFER.verbs) == 6 * 5


def test_a_refusal_names_what_is_possible() -> None:
    with pytest.raises(IllegalMove, match="accept, return"):
        TRANSFER.next("checked", "check")
    with pytest.raises(IllegalMove, match="final"):
        TRANSFER.next("accepted", "return")
    with pytest.raises(IllegalMove):
        TRANSFER.next("no such state", "return")


def test_return_without_reason_is_refused() -> None:
    with pytest.raises(ReasonMissing):
        TRANSFER.follow("failed", "return", reason="  ")
    assert TRANSFER.follow("failed", "return", reason="缺少附件") == "returned"
    assert TRANSFER.follow("received", "check") == "checking"


def test_final_states_are_those_nothing_follows() -> None:
    assert TRANSFER.final_states == ("accepted",)
    assert TRANSFER.reachable("returned") == set(TRANSFER.states) - {"received"}


def test_the_diagram_shows_every_move_once() -> None:
    lines = TRANSFER.diagram().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> received"]
    assert "    failed --> returned: return" in lines
    assert "    accepted --> [*]" in lines
    assert len(lines) == len(set(lines)) == 2 + 7 + 1


@pytest.mark.parametrize(
    "moves",
    [
        [Move("go", "a", "b"), Move("go", "a", "c")],
        [Move("go", "a", "b"), Move("leave", "island", "b")],
        [Move("go", [], "b")],
    ],
)
def test_a_table_that_contradicts_itself_is_refused(moves: list[Move]) -> None:
    with pytest.raises(ValueError, match="machine"):
        Machine("machine", start="a", moves=moves)


@given(st.lists(st.sampled_from(TRANSFER.verbs), max_size=20))
def test_no_walk_leaves_the_table(verbs: list[str]) -> None:
    state = TRANSFER.start
    for verb in verbs:
        if TRANSFER.allows(state, verb):
            state = TRANSFER.next(state, verb)
        assert state in TRANSFER.states
