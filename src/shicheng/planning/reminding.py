"""Reminding: who is to be told of what is overdue, and when it goes a step higher."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Sum

from shicheng.kernel.messages import message as _
from shicheng.people.duties import Responsibility, duties_of
from shicheng.people.policies import allows
from shicheng.people.troubles import Trouble, tell_by
from shicheng.people.types import Actor
from shicheng.planning import events, policies, selectors
from shicheng.planning.expectations import terms_of
from shicheng.planning.models import Finding, Watched
from shicheng.planning.terms import Terms
from shicheng.schemes.models import Unit


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a unit still owes of one year, who answers for it, and who is to be told of it by now."""

    unit: str
    name: str
    fonds: str
    year: int
    findings: int
    missing: int
    due: date
    since: datetime
    told: frozenset[str]  # clerk, handler, leader
    answers: Responsibility
    contacts: tuple[str, ...] = ()

    @property
    def days_late(self) -> int:
        """Days since the oldest of it was due."""
        return (selectors.today() - self.due).days


def reminders(actor: Actor, *, unit: str = "") -> list[Reminder]:
    """What is overdue as far as the actor may see it, by unit and year; for lists and the page of one's own work."""
    rows: list[dict[str, Any]] = [row for row in selectors.overdue(actor) if not unit or row["unit"] == unit]
    owing = list(Unit.objects.filter(pk__in={row["unit_id"] for row in rows}))
    terms, by_id = terms_of(owing), {one.pk: one for one in owing}
    answers = duties_of((row["fonds"], selectors.TASK) for row in rows)
    today = selectors.today()
    found = []
    for row in rows:
        own = terms[row["unit_id"]]
        found.append(Reminder(
            row["unit"], row["name"], row["fonds"], row["year"], row["findings"], row["missing"], row["due"],
            row["since"], frozenset(own.told(own.reached(row["due"], today))), answers[row["fonds"], selectors.TASK],
            contacts_of(by_id[row["unit_id"]]),
        ))  # fmt: skip
    return found


def contacts_of(unit: Unit) -> tuple[str, ...]:
    """Whom to ask at a unit, as one line each."""
    names = ("name", "duty", "phone", "email")
    return tuple(" ".join(filter(None, (one.get(name, "") for name in names))) for one in unit.contacts)


def due_reminders(unit: Unit, watched: Watched, terms: Terms, today: date) -> list[tuple[str, tuple[str, UUID], Any]]:
    """Entries of the log for what goes a step higher, and note on `watched` that it was told.

    To be called in the transaction that looks at the unit.
    """
    rows = Finding.objects.filter(unit=unit, state="open", due__lt=today).order_by().values("year")
    entries: list[tuple[str, tuple[str, UUID], Any]] = []
    told = {str(year): step for year, step in watched.told.items()}
    now: dict[str, int] = {}
    for row in rows.annotate(oldest=Min("due"), count=Count("pk"), absent=Sum("missing")).order_by("year"):
        year, step = str(row["year"]), terms.reached(row["oldest"], today)
        now[year] = step
        if step > told.get(year, 0):
            details = {"unit": unit.code, "year": row["year"], "count": row["count"], "missing": row["absent"],
                       "step": step, "told": terms.steps[step - 1].to}  # fmt: skip
            entries.append((events.REMINDED, ("unit", unit.pk), details))
    watched.told = now
    return entries


@tell_by
def _overdue(actor: Actor) -> Iterable[Trouble]:
    """Say on the home page how much is overdue."""
    if not allows(actor, policies.READ):
        return
    late = policies.visible(actor).filter(state="open", due__lt=selectors.today())
    counted = late.aggregate(findings=Count("pk"), units=Count("unit", distinct=True))
    if counted["findings"]:
        yield Trouble(
            _("%(findings)s things that %(units)s filing units should have filed are overdue.", **counted),
            "planning:overview",
        )
