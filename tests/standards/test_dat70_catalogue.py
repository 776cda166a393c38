"""DA/T 70-2018: every item seen is in the catalogue, and nothing is invented where the norm was not seen."""

from __future__ import annotations

import pytest

from shicheng.checks.catalogue import builtin_kinds, find_kind, kinds_of
from shicheng.checks.engine import EXECUTORS
from shicheng.checks.errors import UnknownCheck
from shicheng.checks.types import Property, Stage

HIGHEST = {Property.AUTHENTICITY: ("1", 14), Property.INTEGRITY: ("2", 11), Property.USABILITY: ("3", 8),
           Property.SECURITY: ("4", 7)}  # fmt: skip
UNKNOWN = {"1-9", "3-5", "3-6", "3-7"}


@pytest.mark.parametrize("stage", [Stage.FILING, Stage.TRANSFER])
def test_every_number_is_there(stage: Stage) -> None:
    seqs = [kind.seq for kind in kinds_of(stage) if kind.mark != "own"]
    wanted = [f"{group}-{number}" for group, highest in HIGHEST.values() for number in range(1, highest + 1)]
    assert seqs == wanted


@pytest.mark.parametrize("stage", [Stage.FILING, Stage.TRANSFER])
def test_items_not_seen_are_listed_as_unknown_and_never_run(stage: Stage) -> None:
    unknown = {kind.seq for kind in kinds_of(stage) if kind.mark == "?"}
    assert unknown == UNKNOWN
    assert all(not kind.enabled and not kind.executor for kind in kinds_of(stage) if kind.seq in UNKNOWN)


def test_property_follows_the_first_number() -> None:
    groups = {group: one for one, (group, _highest) in HIGHEST.items()}
    for kind in builtin_kinds():
        if kind.mark != "own":
            assert kind.property is groups[kind.seq[0]], kind.code


def test_every_kind_is_carried_out_or_manual_or_switched_off() -> None:
    for kind in builtin_kinds():
        assert kind.manual or not kind.enabled or kind.executor in EXECUTORS, kind.code
        assert kind.mark in {"S", "S-v", "R", "?", "own"}
        assert kind.title_zh and kind.title.params["english"]


def test_codes_are_unique_and_own_rules_carry_an_own_prefix() -> None:
    codes = [kind.code for kind in builtin_kinds()]
    assert len(set(codes)) == len(codes)
    assert all(kind.code.startswith("SC-") == (kind.mark == "own") for kind in builtin_kinds())


def test_unknown_code_is_an_error_a_person_can_read() -> None:
    with pytest.raises(UnknownCheck, match="GD-9-9"):
        find_kind("GD-9-9")
