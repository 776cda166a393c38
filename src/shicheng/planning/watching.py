"""Looking at what units should have filed by now, and bringing the findings up to date.

Looking twice finds the same: what is new is found, what came is settled, what was explained stays explained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Count

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import Message
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor
from shicheng.planning import events, policies, reminding, selectors
from shicheng.planning.expectations import terms_of
from shicheng.planning.expecting import fallen_kinds, late_lines, meetings_without, number_gaps
from shicheng.planning.facts import UnitFacts, gather, lines_of
from shicheng.planning.meeting_facts import gather_meetings
from shicheng.planning.models import Finding, Watched
from shicheng.planning.owners import Owners
from shicheng.planning.states import FINDING
from shicheng.planning.terms import Terms
from shicheng.planning.types import Found, Kind, Meeting, Outcome
from shicheng.schemes.models import Unit

Entries = list[tuple[str, tuple[str, UUID], dict[str, Any]]]
_CHANGING: Final = ("what", "reason", "missing", "facts", "due", "klass", "row_key", "state", "settled_at",
                    "explained_as", "explanation", "explained_by", "explained_at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Due:
    """Something found with its year and the day it is due."""

    year: int
    found: Found
    due: date


def watch(*, actor: Actor, unit: str = "", between: Callable[[int, int], object] = lambda done, total: None) -> Outcome:
    """Look at one unit, or at all, and bring their findings up to date; `between` is called between two fonds.

    Each unit is a transaction of its own, so that it may be cut off and run again.
    """
    require(actor, policies.WATCH)
    if unit:
        chosen = [selectors.unit(actor, unit)]
        require(actor, policies.WATCH, fonds=chosen[0].fonds_code)
    else:
        found = selectors.units(actor).filter(is_closed=False)
        chosen = [one for one in found if allows(actor, policies.WATCH, fonds=one.fonds_code)]
    by_fonds: dict[str, list[Unit]] = defaultdict(list)
    for one in chosen:
        by_fonds[one.fonds_code].append(one)
    outcome = Outcome()
    for done, (fonds, listed) in enumerate(sorted(by_fonds.items())):
        between(done, len(by_fonds))
        for each in watch_fonds(actor, fonds, listed):
            outcome.add(each)
    between(len(by_fonds), len(by_fonds))
    return outcome


def watch_fonds(actor: Actor, fonds: str, wanted: Sequence[Unit]) -> Iterable[Outcome]:
    """Look at some units of a fonds: facts are read for all of them together, outside of any transaction."""
    owners = Owners(list(Unit.objects.filter(fonds_code=fonds).order_by("code")))
    terms = terms_of(owners.units)
    years = years_watched(wanted, terms)
    facts = gather(fonds, owners, years, terms)
    meetings = gather_meetings(fonds, owners, years, terms)
    for unit in wanted:
        expected = expect(unit, owners, facts[unit.pk], meetings[unit.pk], years, terms[unit.pk])
        yield reconcile(actor, unit, years, expected, terms[unit.pk])


def years_watched(units: Sequence[Unit], terms: dict[UUID, Terms]) -> list[int]:
    """The filing years that are looked at: the past ones of the terms, and those of which something is still open."""
    now = selectors.today().year
    back = max((terms[one.pk].back for one in units), default=1)
    still = Finding.objects.filter(unit__in=units).exclude(state="settled").order_by()
    return sorted({*range(now - back, now + 1), *still.values_list("year", flat=True).distinct()})


def expect(
    unit: Unit, owners: Owners, facts: UnitFacts, meetings: dict[int, list[Meeting]], years: Sequence[int], terms: Terms
) -> list[Due]:
    """Everything that is missing of a unit by the four kinds of expectation."""
    expected = []
    for year in years:
        lines = lines_of(unit, owners, facts, year, terms)
        total = facts.total.get(year, 0)
        ever = owners.has_table(unit, year) or any(when < year and count for when, count in facts.total.items())
        late = late_lines(year, lines, total=total, ever=ever)
        found = [*late, *number_gaps(facts.series.get(year, ())), *meetings_without(meetings.get(year, ()))]
        if total:
            silent = frozenset(one.klass for one in late if one.klass and not one.row_key)
            told = {one.key for one in late}
            fallen = fallen_kinds(year, _comparable(lines), terms, silent=silent)
            found += [one for one in fallen if one.key not in told]
        expected += [Due(year, one, terms.due_of(year, one.klass, one.row_key)) for one in found]
    return expected


def _comparable(lines: Iterable[Any]) -> list[Any]:
    """Rows, and those classes none of whose records was judged by a row: what a row tells, its class need not."""
    listed = list(lines)
    judged = {one.klass for one in listed if one.row_key and any(one.counts.values())}
    return [one for one in listed if one.row_key or one.klass not in judged]


def reconcile(actor: Actor, unit: Unit, years: Sequence[int], expected: Sequence[Due], terms: Terms) -> Outcome:
    """Bring the findings of a unit to what is expected now: one transaction, and the second time nothing changes."""
    now, today = clock.now(), selectors.today()
    outcome, entries = Outcome(units=1), Entries()
    with atomic():
        watched = _locked(unit)
        there = {(one.year, one.kind, one.key): one for one in Finding.objects.filter(unit=unit, year__in=list(years))}
        wanted = {(one.year, str(one.found.kind), one.found.key): one for one in expected}
        gone = [one for place, one in there.items() if place not in wanted and one.state != "settled"]
        explained = [one for one in gone if one.state == "explained" and one.kind == Kind.NUMBERS]
        changed, made = list[Finding](), list[Finding]()
        for place, due in wanted.items():
            one = there.get(place)
            if one is None:
                if due.due >= today:
                    continue  # not due yet, so nobody is asked for it
                one = Finding(unit=unit, fonds_code=unit.fonds_code, year=due.year, kind=place[1], key=place[2],
                              since=now)  # fmt: skip
                _write(one, due)
                _inherit(one, explained)
                made.append(one)
                entries.append((events.FOUND, ("finding", one.pk), _told(unit, one)))
                continue
            before = _values(one)
            _write(one, due)
            if one.state == "settled" and due.due < today:
                one.state = FINDING.next(one.state, "recur_explained" if one.explained_as else "recur")
                one.settled_at = None
                entries.append((events.FOUND_AGAIN, ("finding", one.pk), _told(unit, one)))
            if _values(one) != before:
                changed.append(one)
        for one in gone:
            one.state, one.settled_at = FINDING.next(one.state, "settle"), now
            changed.append(one)
            entries.append((events.SETTLED, ("finding", one.pk), _told(unit, one)))
        Finding.objects.bulk_create(made, batch_size=200)
        Finding.objects.bulk_update(changed, _CHANGING, batch_size=100)
        outcome.found, outcome.settled = len(made), len(gone)
        outcome.again = sum(event == events.FOUND_AGAIN for event, *_rest in entries)
        reminders = reminding.due_reminders(unit, watched, terms, today)
        entries += reminders
        outcome.reminded = len(reminders)
        outcome.open = _open(unit)
        watched.looked_at = now
        watched.save()
        if entries:
            audit.append_many(actor, entries)
    return outcome


def _locked(unit: Unit) -> Watched:
    found = Watched.objects.select_for_update().filter(unit=unit).first()
    if found is None:
        try:
            with atomic():
                Watched.objects.create(unit=unit, looked_at=clock.now())
        except IntegrityError:  # somebody else looks at it for the first time too
            pass
        found = Watched.objects.select_for_update().get(unit=unit)
    return found


def _write(one: Finding, due: Due) -> None:
    found = due.found
    one.what, one.reason = found.what.to_json(), found.reason.to_json()
    one.missing, one.facts, one.due = found.missing, found.facts, due.due
    one.klass, one.row_key = found.klass[:200], found.row_key[:40]


def _inherit(one: Finding, explained: Sequence[Finding]) -> None:
    """Let a part of a gap be explained as the whole was, when a number between came after all."""
    facts = one.facts
    for other in explained:
        whole = other.facts
        if (
            whole.get("series") == facts.get("series")
            and other.year == one.year
            and whole["first"] <= facts["first"]
            and facts["last"] <= whole["last"]
        ):
            one.state = "explained"
            one.explained_as, one.explanation = other.explained_as, other.explanation
            one.explained_by, one.explained_at = other.explained_by, other.explained_at


def _values(one: Finding) -> tuple[Any, ...]:
    return tuple(_plain(getattr(one, name)) for name in _CHANGING)


def _plain(value: Any) -> Any:
    return value.to_json() if isinstance(value, Message) else value


def _told(unit: Unit, one: Finding) -> dict[str, Any]:
    return {"unit": unit.code, "year": one.year, "kind": one.kind, "key": one.key, "name": one.name}


def _open(unit: Unit) -> int:
    states = dict(Finding.objects.filter(unit=unit).order_by().values_list("state").annotate(Count("pk")))
    return int(states.get("open", 0))
