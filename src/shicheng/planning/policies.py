"""Who may see what is missing and what is planned, explain it, and plan.

What is found is of a unit as a whole or of one of its departments. Who sees only a part of a unit by category or level
of secrecy sees nothing of it: what is missing says something of all that is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Reach, Role
from shicheng.planning.errors import NotEverywhere
from shicheng.planning.models import Finding, Plan, PlanLine
from shicheng.schemes.models import Unit

_SEE = {Role.ARCHIVIST, Role.LEADER, Role.FILING_CLERK}

READ = registry.permission("planning.finding.read", _("See what units should have filed by now"), roles=_SEE)
EXPLAIN = registry.permission(
    "planning.finding.explain",
    _("Explain what is missing, and take explanations back"),
    roles={Role.ARCHIVIST, Role.FILING_CLERK},
)
WATCH = registry.permission(
    "planning.watch.run", _("Look anew at what units should have filed"), roles={Role.ARCHIVIST}
)
SET_TERMS = registry.permission("planning.terms.set", _("Say what is expected of units"), roles={Role.ARCHIVIST})
READ_PLANS = registry.permission("planning.plan.read", _("See plans of accessions"), roles=_SEE)
WRITE_PLANS = registry.permission("planning.plan.write", _("Write plans of accessions"), roles={Role.ARCHIVIST})
APPROVE_PLANS = registry.permission(
    "planning.plan.approve", _("Approve plans of accessions"), roles={Role.ARCHIVIST, Role.LEADER}
)
M = TypeVar("M", bound=Model)


def visible(actor: Actor, permission: str = READ) -> QuerySet[Finding]:
    """The findings this actor may see (or do something else with): those of their fonds, unit or department."""
    return _narrowed(actor, permission, Finding.objects.all(), ("fonds_code", "unit__code", "klass", "year"))


def visible_lines(actor: Actor) -> QuerySet[PlanLine]:
    """The lines of plans this actor may see: those of units they see whole."""
    rows = PlanLine.objects.select_related("unit", "plan")
    return _narrowed(actor, READ_PLANS, rows, ("unit__fonds_code", "unit__code", "", "plan__year"))


def visible_plans(actor: Actor) -> QuerySet[Plan]:
    """The plans this actor may look at; what of their lines, `visible_lines` says."""
    return Plan.objects.all() if people.allows(actor, READ_PLANS) else Plan.objects.none()


def visible_units(actor: Actor) -> QuerySet[Unit]:
    """The filing units of which this actor may see anything here."""
    wanted = Q(pk__in=[])
    for one in _reaches(actor, READ):
        within = Q() if one.fonds is None else Q(fonds_code__in=sorted(one.fonds))
        if one.unit:
            of_class = Unit.objects.filter(schedules__state="approved", schedules__classes__code=one.unit)
            within &= Q(code=one.unit) | Q(pk__in=of_class.values("pk"))
        if not within:
            return Unit.objects.all()
        wanted |= within
    return Unit.objects.filter(wanted)


def sees(actor: Actor, unit: Unit, klass: str, year: int) -> bool:
    """Tell whether the actor may see what is found of a class of a unit in a year; "" is the unit as a whole."""
    return any(
        (one.fonds is None or unit.fonds_code in one.fonds)
        and (not one.unit or one.unit == unit.code or (bool(klass) and one.unit == klass))
        and (one.year_from is None or year >= one.year_from)
        and (one.year_to is None or year <= one.year_to)
        for one in _reaches(actor, READ)
    )


def require_everywhere(actor: Actor, permission: str) -> None:
    """Raise `NotPermitted`, `NotEverywhere` unless the actor may do this for every fonds."""
    people.require(actor, permission)
    if people.whole_fonds(actor, permission) is not None:
        raise NotEverywhere(
            _("This is done for all fonds together, and your powers do not reach all of them."),
            hint=_("Ask somebody whose grant reaches every fonds."),
        )


def everywhere(actor: Actor, permission: str) -> bool:
    """Tell whether the actor may do this for every fonds."""
    return people.allows(actor, permission) and people.whole_fonds(actor, permission) is None


def _reaches(actor: Actor, permission: str) -> Iterator[Reach]:
    for one in people.reach(actor, permission):
        if not (one.category or one.ceiling):
            yield one


def _narrowed(actor: Actor, permission: str, rows: QuerySet[M], names: tuple[str, str, str, str]) -> QuerySet[M]:
    fonds, unit, klass, year = names
    wanted = Q(pk__in=[])
    for one in _reaches(actor, permission):
        within = Q() if one.fonds is None else Q(**{f"{fonds}__in": sorted(one.fonds)})
        if one.unit:
            within &= Q(**{unit: one.unit}) | (Q(**{klass: one.unit}) if klass else Q(pk__in=[]))
        within &= Q() if one.year_from is None else Q(**{f"{year}__gte": one.year_from})
        within &= Q() if one.year_to is None else Q(**{f"{year}__lte": one.year_to})
        if not within:
            return rows
        wanted |= within
    return rows.filter(wanted)
