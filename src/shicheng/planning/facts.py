"""Facts about what units filed, read from the database in a few questions for a whole fonds at a time.

Numbers of items by class come from the tallies, those by row from an index that has all that is asked for; documents'
and items' numbers are put into groups by the database, and only groups with a hole are read number by number.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, Count, F, Func, Max, Min, QuerySet, Sum, Value

from shicheng.base.db import chunked
from shicheng.holdings.models import Item, Tally
from shicheng.kernel.document_numbers import TAIL, parse_document_number
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.planning.owners import Owners
from shicheng.planning.terms import Terms
from shicheng.planning.types import Line, Series
from shicheng.schemes.models import Unit

_DIGITS: Final = "0123456789"
_MOST_NUMBERS: Final = 20_000  # of one series; a higher one is a misread number

Counts = dict[int, int]  # records by filing year


@dataclass(slots=True)
class UnitFacts:
    """What came of one unit: in all, by class, by row, and which numbers."""

    total: Counts = field(default_factory=dict)
    classes: dict[str, Counts] = field(default_factory=dict)
    rows: dict[str, Counts] = field(default_factory=dict)
    series: dict[int, list[Series]] = field(default_factory=dict)  # by filing year


def gather(fonds: str, owners: Owners, years: Sequence[int], terms: dict[UUID, Terms]) -> dict[UUID, UnitFacts]:
    """The facts of every unit of a fonds for some filing years, and of the years before they are compared with."""
    if not years or not owners.units:
        return {unit.pk: UnitFacts() for unit in owners.units}
    found = count(fonds, owners, min(years) - max(one.steady_years for one in terms.values()), max(years))
    _documents(fonds, owners, years, terms, found)
    _items(fonds, owners, years, found)
    return found


def lines_of(unit: Unit, owners: Owners, facts: UnitFacts, year: int, terms: Terms) -> list[Line]:
    """The unit as a whole, its classes, and the rows of its table, with what came of them."""

    def line(counts: Counts, klass: str = "", row_key: str = "", label: str = "") -> Line:
        own = bool(klass or row_key) and terms.has_own(klass, row_key)
        return Line(
            year, terms.due_of(year, klass, row_key), klass, row_key, label, dict(counts), own,
            is_recalled=not own and terms.source == "R",
        )  # fmt: skip

    listed = [line(facts.total)]
    table = owners.table(unit, year)
    names = {} if table is None else {
        one.code: one.name for one in table.classes.exclude(kind="group").order_by("order")
    }  # fmt: skip
    rows = [] if table is None else list(table.rows.order_by("order").values_list("key", "klass", "scope"))
    for code in [*names, *sorted(set(facts.classes) - set(names) - {""})]:
        counts = dict(facts.classes.get(code, {}))
        of_rows: Counter[int] = Counter()
        for key, klass, _scope in rows:
            if klass == code:
                of_rows.update(facts.rows.get(key, {}))
        listed.append(line({when: max(counts.get(when, 0), of_rows[when]) for when in {*counts, *of_rows}}, code, "",
                           f"{code} {names.get(code, '')}".strip()))  # fmt: skip
    listed += [line(facts.rows.get(key, {}), klass, key, f"{key} {scope[:60]}") for key, klass, scope in rows]
    return listed


def count(fonds: str, owners: Owners, first: int, last: int) -> dict[UUID, UnitFacts]:
    """Records of some filing years by class, from the tallies; by row, from the index of judged records."""
    found = {unit.pk: UnitFacts() for unit in owners.units}
    kinds = Tally.objects.filter(fonds__code=fonds, year__range=(first, last)).order_by()
    for department, year, number in kinds.values_list("department", "year").annotate(n=Sum("items")):
        unit = owners.of_department(department)
        if unit is None or not number:
            continue
        _add(found[unit].total, year, number)
        _add(found[unit].classes.setdefault(department, {}), year, number)
    judged = Item.objects.filter(fonds__code=fonds, year__range=(first, last), filing_row__isnull=False).order_by()
    by_row = list(judged.values_list("filing_row", "year").annotate(n=Count("*")))
    owners.read_rows(str(row) for row, _year, _number in by_row)
    for row, year, number in by_row:
        place = owners.of_row(row)
        if place is not None:
            _add(found[place[0]].rows.setdefault(place[1], {}), year, number)
    return found


def _documents(
    fonds: str, owners: Owners, years: Sequence[int], terms: dict[UUID, Terms], found: dict[UUID, UnitFacts]
) -> None:
    """Series of document numbers each unit issues. A number of December may be filed with the next year."""
    wanted = range(min(years), max(years) + 2)
    rows = _numbered(fonds, wanted, "document_number", TAIL).exclude(document_number="")
    groups: dict[tuple[str, int], list[tuple[str, str, str, int]]] = defaultdict(list)
    for prefix, department, author, count in rows.values_list("prefix", "department", "author").annotate(n=Count("pk")):
        read = parse_document_number(f"{prefix}1号")
        if read is not None and read.year in years:
            groups[read.series, read.year].append((prefix, department, author, count))
    chosen: dict[tuple[str, int], tuple[UUID, Message | None, str]] = {}
    for (name, year), members in groups.items():
        unit = _owner(owners, members)
        if unit is None:
            continue
        total = sum(count for *_rest, count in members)
        why = _issued(owners, unit, name, members, total, terms[unit])
        if total >= terms[unit].least:
            chosen[name, year] = (unit, why, _one_department(members))
    numbers = _read_numbers(rows, {prefix for key in chosen for prefix, *_rest in groups[key]})
    for (name, year), (unit, why, klass) in sorted(chosen.items()):
        here = tuple(sorted(numbers[name, year]))
        if not here:
            continue
        if why is None:  # nothing tells that the unit issues it but that most of its numbers are here
            if len(here) * 100 < terms[unit].density * here[-1] or len(here) == here[-1]:
                continue
            why = _("%(count)s of %(last)s numbers are here.", count=len(here), last=here[-1])
        one = Series(f"doc:{name}〔{year}〕", f"{name}〔{year}〕%d号", here, why, klass)
        found[unit].series.setdefault(year, []).append(one)


def _issued(
    owners: Owners, unit: UUID, name: str, members: Sequence[tuple[str, str, str, int]], total: int, terms: Terms
) -> Message | None:
    """Why a series is the unit's own; None if nothing tells so."""
    if name in terms.series:
        return _("The series is noted as the unit's own.")
    if terms.series:
        return None
    names = {_folded(one.name) for one in owners.units if one.pk == unit}
    own = sum(count for _prefix, _department, author, count in members if _is_of(_folded(author), names))
    if own * 2 > total:
        return _("The unit issued %(own)s of %(total)s records of the series.", own=own, total=total)
    return None


def _read_numbers(rows: QuerySet[Any, Any], prefixes: Iterable[str]) -> dict[tuple[str, int], set[int]]:
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for part in chunked(sorted(prefixes), 300):
        for text in rows.filter(prefix__in=part).values_list("document_number", flat=True).iterator(chunk_size=5000):
            read = parse_document_number(text)
            if read is not None and 0 < read.number <= _MOST_NUMBERS:
                found[read.series, read.year].add(read.number)
    return found


def _items(fonds: str, owners: Owners, years: Sequence[int], found: dict[UUID, UnitFacts]) -> None:
    """Running numbers of items that share all of their code before it, where they have a hole."""
    rows = _numbered(fonds, years, "reference_code", _DIGITS).filter(number__isnull=False)
    grouped = rows.values("prefix", "year").annotate(
        n=Count("number", distinct=True), low=Min("number"), high=Max("number"), one=Min("department"),
        other=Max("department"),
    )  # fmt: skip
    holed = {}
    for group in grouped:
        unit = owners.of_department(group["one"])
        if unit is not None and (group["low"], group["n"]) != (1, group["high"]) and group["prefix"].endswith("-"):
            holed[group["prefix"]] = (unit, group["year"], group["one"] if group["one"] == group["other"] else "")
    numbers: dict[str, set[int]] = defaultdict(set)
    for part in chunked(sorted(holed), 300):
        listed = rows.filter(prefix__in=part).values_list("prefix", "number").iterator(chunk_size=5000)
        for prefix, number in listed:
            if number <= _MOST_NUMBERS:
                numbers[prefix].add(number)
    for prefix, (unit, year, klass) in sorted(holed.items()):
        if numbers[prefix]:
            why = _("Items of a class are numbered without a gap.")
            one = Series(f"item:{prefix}", f"{prefix}%d", tuple(sorted(numbers[prefix])), why, klass, is_document=False)
            found[unit].series.setdefault(year, []).append(one)


def _numbered(fonds: str, years: Iterable[int], column: str, tail: str) -> QuerySet[Any, Any]:
    """Items of a fonds and years with what their number shares with others."""
    prefix = Func(F(column), Value(tail), function="RTRIM", output_field=CharField())
    return Item.objects.filter(fonds__code=fonds, year__in=list(years)).order_by().annotate(prefix=prefix)


def _owner(owners: Owners, members: Sequence[tuple[str, str, str, int]]) -> UUID | None:
    votes: Counter[UUID] = Counter()
    for _prefix, department, _author, count in members:
        unit = owners.of_department(department)
        if unit is not None:
            votes[unit] += count
    return votes.most_common(1)[0][0] if votes else None


def _one_department(members: Sequence[tuple[str, str, str, int]]) -> str:
    departments = {department for _prefix, department, *_rest in members}
    return departments.pop() if len(departments) == 1 else ""


def _is_of(author: str, names: set[str]) -> bool:
    return len(author) >= 4 and any(author in name or name in author for name in names)


def _folded(text: str) -> str:
    return "".join(text.split())


def _add(counts: Counts, year: int | None, count: int) -> None:
    if year is not None:
        counts[year] = counts.get(year, 0) + count
