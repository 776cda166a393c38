"""Proposing a year's plan: the average of earlier years by unit and category, and what is still missing of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from django.db.models import Sum

from shicheng.holdings.models import Tally
from shicheng.kernel.messages import message as _
from shicheng.planning.expectations import terms_of
from shicheng.planning.figures import quarter_of
from shicheng.planning.models import Finding
from shicheng.planning.owners import owners_of_all
from shicheng.planning.types import Draft
from shicheng.schemes.models import Unit

AVERAGED: Final = 3  # years


def forecast(year: int) -> list[Draft]:
    """Lines for a year: the records of the year before are expected as many as the average of three years before that.

    What is here of them already is taken off; what older years still owe is one line of each unit.
    """
    filed = year - 1
    earlier = range(filed - AVERAGED, filed)
    units = list(Unit.objects.filter(is_closed=False).order_by("code"))
    terms = terms_of(units)
    drafts: list[Draft] = []
    sums = _sums(units, [*earlier, filed])
    owed = _owed(units, filed)
    for unit in units:
        due = terms[unit.pk].due_of(filed)
        quarter = quarter_of(due) if due.year == year else 2
        for (code, category, retention), by_year in sorted(sums.items()):
            if code != unit.code:
                continue
            items, size = (_average([by_year.get(when, (0, 0))[place] for when in earlier]) for place in (0, 1))
            here, here_size = by_year.get(filed, (0, 0))
            if items <= here:
                continue
            basis = _("On average %(average)s a year from %(first)s to %(last)s; %(here)s of %(filed)s are here.",
                      average=items, first=earlier[0], last=earlier[-1], here=here, filed=filed)  # fmt: skip
            drafts.append(Draft(
                unit.code, category, retention, quarter, items - here, 0, max(0, size - here_size), basis.to_json()
            ))  # fmt: skip
        if owed.get(unit.code):
            missing, first, last = owed[unit.code]
            basis = (
                _("Still missing of %(year)s: %(count)s records.", year=first, count=missing) if first == last
                else _("Still missing of %(first)s to %(last)s: %(count)s records.", first=first, last=last,
                       count=missing)
            )  # fmt: skip
            drafts.append(Draft(unit.code, "", "", 1, missing, 0, 0, basis.to_json()))
    return drafts


def _sums(units: Sequence[Unit], years: Sequence[int]) -> dict[tuple[str, str, str], dict[int, tuple[int, int]]]:
    """Records and bytes by unit, category, retention and filing year, from the tallies."""
    owners = owners_of_all({one.fonds_code for one in units})
    codes = {one.pk: one.code for one in units}
    rows = Tally.objects.filter(fonds__code__in=sorted(owners), year__in=list(years)).order_by()
    names = ("fonds__code", "department", "category", "retention", "year")
    found: dict[tuple[str, str, str], dict[int, tuple[int, int]]] = defaultdict(dict)
    for fonds, department, category, retention, year, count, size in rows.values_list(*names).annotate(
        n=Sum("items"), size=Sum("bytes")
    ):
        unit = owners[fonds].of_department(department)
        if unit is None or unit not in codes or year is None:
            continue
        into = found[codes[unit], category, retention]
        items, held = into.get(year, (0, 0))
        into[year] = (items + int(count or 0), held + int(size or 0))
    return found


def _owed(units: Sequence[Unit], filed: int) -> dict[str, tuple[int, int, int]]:
    """How many records units still owe of years before `filed`, with the first and last of these years."""
    rows = Finding.objects.filter(unit__in=list(units), state="open", year__lt=filed).order_by()
    found: dict[str, tuple[int, int, int]] = {}
    for code, year, missing in rows.values_list("unit__code", "year").annotate(n=Sum("missing")):
        count, first, last = found.get(code, (0, year, year))
        found[code] = (count + int(missing or 0), min(first, year), max(last, year))
    return found


def _average(values: Sequence[int]) -> int:
    """The average, rounded half up."""
    return (2 * sum(values) + len(values)) // (2 * len(values)) if values else 0
