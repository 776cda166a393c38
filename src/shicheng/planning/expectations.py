"""Reading and setting the terms of what is expected: those of all units, and those of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.planning import events, policies, selectors
from shicheng.planning.models import Expectation
from shicheng.planning.terms import Terms, checked, merged
from shicheng.schemes.models import Unit

ALL = "*"


def terms_of(units: Iterable[Unit]) -> dict[UUID, Terms]:
    """What is expected of each of some units: the defaults, what holds for all, then their own."""
    listed = list(units)
    general = general_change()
    own = dict(Expectation.objects.filter(unit__in=listed).values_list("unit_id", "terms"))
    return {one.pk: merged(general, own.get(one.pk, {})) for one in listed}


def general_terms() -> Terms:
    """What is expected of every unit that says nothing else."""
    return merged(general_change())


def general_change() -> dict[str, Any]:
    """What was changed for all units."""
    return dict(Expectation.objects.filter(scope=ALL).values_list("terms", flat=True).first() or {})


def own_change(unit: Unit) -> dict[str, Any]:
    """What was changed for one unit."""
    return dict(Expectation.objects.filter(unit=unit).values_list("terms", flat=True).first() or {})


def set_terms(*, actor: Actor, change: Mapping[str, Any], unit: str = "") -> Terms:
    """Let `change` be what is said of a unit, or of all with ""; what it does not name holds as for all.

    The same set twice is set once. Raises `BadTerms`, `UnitUnknown`, `NotPermitted`.
    """
    if unit:
        one: Unit | None = selectors.unit(actor, unit)
        assert one is not None
        require(actor, policies.SET_TERMS, fonds=one.fonds_code)
    else:
        one = None
        policies.require_everywhere(actor, policies.SET_TERMS)
    kept = checked(change)
    with atomic():
        there = Expectation.objects.select_for_update().filter(scope=unit or ALL).first()
        if there is None or there.terms != kept:
            there = there or Expectation(scope=unit or ALL, unit=one)
            there.terms, there.written_by, there.written_at = kept, actor.name[:200], clock.now()
            there.save()
            details = {"unit": unit or "*", "terms": kept}
            audit.append(actor, events.TERMS_SET, ("unit", one.pk) if one else ("terms", "*"), details)
    return terms_of([one])[one.pk] if one else general_terms()
