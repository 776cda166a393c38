"""Reading findings and plans. Whatever lists anything starts from what the actor may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.utils import timezone

from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.duties import duties_of
from shicheng.people.types import Actor
from shicheng.planning import policies
from shicheng.planning.errors import FindingUnknown, PlanUnknown, UnitUnknown
from shicheng.planning.models import Finding, Plan, PlanLine
from shicheng.planning.types import KINDS, STATES
from shicheng.schemes.models import Unit

FILTERS: Final = ("unit", "fonds", "kind", "year", "state", "klass", "duty", "text", "late")
ORDERS: Final[dict[str, tuple[str, ...]]] = {
    "due": ("due", "unit__code", "kind", "id"),
    "-due": ("-due", "unit__code", "kind", "id"),
    "unit": ("unit__code", "year", "kind", "id"),
    "year": ("-year", "unit__code", "kind", "id"),
    "kind": ("kind", "unit__code", "year", "id"),
    "since": ("since", "id"),
    "-since": ("-since", "id"),
    "missing": ("-missing", "due", "id"),
}
TASK: Final = "filing"  # of `people.duties`


def findings(
    actor: Actor, given: Mapping[str, str] | None = None, *, order: str = "due", permission: str = policies.READ
) -> QuerySet[Finding]:
    """Findings the actor may see, narrowed by `FILTERS`, in one of `ORDERS`; open ones if no state is given."""
    asked = given or {}
    found = policies.visible(actor, permission).select_related("unit")
    for name, column in (("unit", "unit__code"), ("fonds", "fonds_code"), ("kind", "kind"), ("klass", "klass")):
        if asked.get(name):
            found = found.filter(**{column: asked[name]})
    if asked.get("year"):
        found = found.filter(year=int(asked["year"])) if asked["year"].isdecimal() else found.none()
    state = asked.get("state", "")
    if state != "all":
        found = found.filter(state=state if state in STATES else "open")
    if asked.get("duty"):
        found = found.filter(fonds_code__in=_fonds_of_duty(found, asked["duty"]))
    if asked.get("text"):
        text = asked["text"]
        found = found.filter(Q(key__icontains=text) | Q(explanation__icontains=text) | Q(unit__name__icontains=text))
    if asked.get("late", "").isdecimal():
        found = found.filter(due__lt=_days_ago(int(asked["late"][:5])))
    return found.order_by(*ORDERS.get(order, ORDERS["due"]))


def finding(actor: Actor, key: UUID | str) -> Finding:
    """One finding; raises `FindingUnknown`."""
    try:
        identity = UUID(str(key))
    except ValueError:
        identity = None
    found = policies.visible(actor).select_related("unit").filter(pk=identity).first() if identity else None
    if found is None:
        raise FindingUnknown(
            _("Nothing that is missing has this number, or it is not open to you."),
            hint=_("Look it up in the list of what is missing."),
        )
    return found


def units(actor: Actor) -> QuerySet[Unit]:
    """Filing units the actor may see anything of here, by code."""
    return policies.visible_units(actor).order_by("code")


def unit(actor: Actor, code: str) -> Unit:
    """One filing unit the actor may see anything of here; raises `UnitUnknown`."""
    found = policies.visible_units(actor).filter(code=code).first()
    if found is None:
        raise UnitUnknown(
            _("There is no filing unit %(code)s here, or it is not open to you.", code=code),
            hint=_("Look it up in the list of filing units."),
        )
    return found


def table(actor: Actor, given: Mapping[str, str] | None = None) -> dict[str, dict[str, int]]:
    """How many findings there are by unit and kind, narrowed as `findings`; unit's code → kind → count."""
    rows = findings(actor, given).order_by().values_list("unit__code", "kind").annotate(n=Count("pk"))
    found: dict[str, dict[str, int]] = {}
    for code, kind, count in rows:
        found.setdefault(code, {})[kind] = count
    return found


def counts(actor: Actor) -> dict[str, int]:
    """How many findings the actor may see in each state."""
    return dict(policies.visible(actor).order_by().values_list("state").annotate(Count("pk")))


def years(actor: Actor) -> list[int]:
    """Filing years of which the actor sees findings, the newest first."""
    return sorted(set(policies.visible(actor).order_by().values_list("year", flat=True)), reverse=True)


def overdue(actor: Actor) -> list[dict[str, object]]:
    """What is open and overdue by unit and year: `unit`, `name`, `fonds`, `year`, `findings`, `missing`, `due`."""
    rows = policies.visible(actor).filter(state="open", due__lt=today()).order_by("unit__code", "year")
    grouped = rows.values("unit_id", "unit__code", "unit__name", "fonds_code", "year")
    return [
        {
            "unit_id": row["unit_id"], "unit": row["unit__code"], "name": row["unit__name"], "fonds": row["fonds_code"],
            "year": row["year"], "findings": row["findings"], "missing": row["absent"], "due": row["oldest"],
            "since": row["first"],
        }
        for row in grouped.annotate(
            findings=Count("pk"), absent=Sum("missing"), oldest=Min("due"), first=Min("since")
        ).order_by("unit__code", "year")
    ]  # fmt: skip


def duty_names(actor: Actor) -> list[str]:
    """Everybody who answers for the filing of a fonds with findings the actor may see, by name."""
    codes = set(policies.visible(actor).order_by().values_list("fonds_code", flat=True).distinct())
    return sorted({name for one in duties_of((code, TASK) for code in codes).values() for name in one.names})


def plans(actor: Actor) -> QuerySet[Plan]:
    """Plans of accessions, the newest year first."""
    return policies.visible_plans(actor).order_by("-year")


def plan(actor: Actor, year: int) -> Plan:
    """The plan of one year; raises `PlanUnknown`."""
    found = policies.visible_plans(actor).filter(year=year).first()
    if found is None:
        raise PlanUnknown(
            _("There is no plan of accessions for %(year)s, or it is not open to you.", year=year),
            hint=_("Begin it from the list of plans."),
        )
    return found


def lines(actor: Actor, year: int) -> QuerySet[PlanLine]:
    """The lines of a year's plan the actor may see, in their order."""
    return policies.visible_lines(actor).filter(plan__year=year).order_by("order", "id")


def kinds() -> list[tuple[str, object]]:
    """The kinds of findings with their labels."""
    return list(KINDS.items())


def today() -> date:
    """The day it is where the archive stands."""
    return timezone.localdate(clock.now())


def _days_ago(days: int) -> date:
    return date.fromordinal(max(1, today().toordinal() - days))


def _fonds_of_duty(found: QuerySet[Finding], name: str) -> list[str]:
    codes = set(found.order_by().values_list("fonds_code", flat=True).distinct())
    answers = duties_of((code, TASK) for code in codes)
    return sorted(code for (code, _task), one in answers.items() if name in one.names)
