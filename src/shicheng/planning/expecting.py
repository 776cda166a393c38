"""Four kinds of expectation, each a small function over counts and facts. No database here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.planning.gaps import Run, as_runs, find_gaps
from shicheng.planning.terms import Terms
from shicheng.planning.types import Found, Kind, Line, Meeting, Series

MOST_RUNS: Final = 100  # of one series; one with more holes than these is no series at all
_SHOWN: Final = 12


def late_lines(year: int, lines: Sequence[Line], *, total: int, ever: bool) -> list[Found]:
    """By the calendar: a unit of which nothing came, or a class or row that came before and not this year.

    `total` is what came of the unit in the year, `ever` whether it has a table or ever filed anything.
    """
    if not ever:
        return []
    if total == 0:
        last = max((one.before for one in lines if not one.row_key and not one.klass), default=0)
        return [Found(
            Kind.CALENDAR, "unit", _("No record of %(year)s has come.", year=year),
            _("The records of %(year)s are due; of the year before %(before)s came.", year=year, before=last),
            missing=max(last, 1), facts={"came": 0, "before": last},
        )]  # fmt: skip
    found = []
    empty = {one.klass for one in lines if one.klass and not one.row_key and not one.came}
    for one in lines:
        if one.came or not (one.klass or one.row_key):
            continue
        if one.row_key and (not one.has_own_due or one.klass in empty):
            continue
        earlier = {when: count for when, count in one.counts.items() if when < year and count}
        if not (earlier or one.has_own_due):
            continue
        found.append(Found(
            Kind.CALENDAR, f"row:{one.row_key}" if one.row_key else f"class:{one.klass}",
            _("Nothing of %(year)s has come for %(label)s.", year=year, label=one.label),
            _("Before came: %(counts)s.", counts=_counts(earlier)) if earlier
            else _("It has a day of its own by which it is due."),
            missing=max(one.before, 1), klass=one.klass, row_key=one.row_key,
            facts={"came": 0, "before": one.before},
        ))  # fmt: skip
    return found


def number_gaps(series: Iterable[Series]) -> list[Found]:
    """Numbers that are missing in series that should be whole; numbers that follow each other are one finding."""
    found = []
    for one in series:
        gaps = find_gaps(one.numbers)
        present = as_runs(one.numbers)
        if len(gaps) > MOST_RUNS:
            gaps = [Run(1, present[-1].last)]
            reason = _("Of %(last)s numbers only %(count)s are here. %(why)s", last=present[-1].last,
                       count=len(set(one.numbers)), why=one.why)  # fmt: skip
        else:
            reason = _("These are here: %(runs)s. %(why)s", runs=_runs(present), why=one.why)
        many = len(gaps) == 1 and gaps[0].last == present[-1].last if present else False
        for gap in gaps:
            missing = gap.length - len(set(one.numbers)) if many else gap.length
            name = one.name.replace("%d", str(gap))
            found.append(Found(
                Kind.NUMBERS, f"{one.key}{gap}"[:200],
                _("The document %(name)s is missing.", name=name) if one.is_document
                else _("The item %(name)s is missing.", name=name),
                reason, missing=missing, klass=one.klass,
                facts={"series": one.key, "first": gap.first, "last": gap.last, "high": present[-1].last,
                       "document": one.is_document},
            ))  # fmt: skip
    return found


def meetings_without(meetings: Iterable[Meeting]) -> list[Found]:
    """Meetings and matters that left none of the papers they should have."""
    return [
        Found(
            Kind.MEETINGS, one.key[:200],
            _("%(name)s: %(lacks)s is missing.", name=one.name, lacks=one.lacks),
            _("Records that belong to it: %(count)s; none has one of these words in its title.",
              count=len(one.records)),
            klass=one.klass,
            facts={"records": list(one.records[:_SHOWN]), "entity": one.entity, "rule": one.rule, "name": one.name},
        )
        for one in meetings
    ]  # fmt: skip


def fallen_kinds(
    year: int, lines: Iterable[Line], terms: Terms, *, silent: frozenset[str] = frozenset()
) -> list[Found]:
    """Kinds that came in each of the years before and not, or far less, this year; not those of `silent` classes."""
    found = []
    for one in lines:
        if one.klass in silent or not (one.klass or one.row_key):
            continue
        years = range(year - terms.steady_years, year)
        before = {when: one.counts.get(when, 0) for when in years}
        if not all(before.values()):
            continue
        average = sum(before.values()) / len(before)
        if one.came * 100 >= terms.share * average:
            continue
        if not one.came and not one.row_key:
            continue  # an empty class is told by the calendar
        found.append(Found(
            Kind.KINDS, f"row:{one.row_key}" if one.row_key else f"class:{one.klass}",
            _("“%(label)s” came every year and is missing for %(year)s.", label=one.label, year=year) if not one.came
            else _("Of “%(label)s” only %(came)s came for %(year)s.", label=one.label, came=one.came, year=year),
            _("Before came: %(counts)s; less than %(share)s percent of the average is told.", counts=_counts(before),
              share=terms.share),
            missing=max(1, round(average) - one.came), klass=one.klass, row_key=one.row_key,
            facts={"came": one.came, "counts": {str(when): count for when, count in before.items()}},
        ))  # fmt: skip
    return found


def _counts(counts: dict[int, int]) -> str:
    return "，".join(f"{when}: {counts[when]}" for when in sorted(counts))


def _runs(runs: Sequence[Run]) -> str:
    shown = "、".join(str(one) for one in runs[:_SHOWN])
    return f"{shown} …" if len(runs) > _SHOWN else shown
