"""Meetings and matters that are known and left none of the papers they should have."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from shicheng.holdings.models import Entity, EntityItem, EntityLink, Item
from shicheng.kernel.dates import DateError, parse_date
from shicheng.planning.meeting_rules import Rule, rules_for
from shicheng.planning.owners import Owners
from shicheng.planning.terms import Terms
from shicheng.planning.types import Meeting
from shicheng.schemes.models import Unit

_DAYS: Final = ("begun", "received", "ended", "broadcast")
_MOST: Final = 20_000  # titles of a fonds that are looked at for one rule


def gather_meetings(
    fonds: str, owners: Owners, years: Sequence[int], terms: dict[UUID, Terms]
) -> dict[UUID, dict[int, list[Meeting]]]:
    """Meetings without their papers by unit and year: business entities first, then those that titles name."""
    found: dict[UUID, dict[int, list[Meeting]]] = {one.pk: defaultdict(list) for one in owners.units}
    if not years:
        return found
    rules = {one.pk: rules_for(terms[one.pk].rules or owners.origins(one)) for one in owners.units}
    known: set[str] = set()
    seen: set[str] = set()
    for unit in sorted(owners.units, key=lambda one: one.is_closed):
        for rule in rules[unit.pk]:
            if rule.entity and rule.name not in seen:  # an entity is of the fonds; the first unit that has the rule
                seen.add(rule.name)
                known |= _entities(fonds, unit, rule, years, found)
    by_rule = {rule.name: rule for listed in rules.values() for rule in listed if rule.marker}
    for rule in by_rule.values():
        for owner, year, meeting in _titles(fonds, owners, rule, years):
            has_rule = any(each.name == rule.name for each in rules[owner])
            if has_rule and not any(meeting.name in name or name in meeting.name for name in known):
                found[owner][year].append(meeting)
    return found


def _entities(
    fonds: str, unit: Unit, rule: Rule, years: Sequence[int], found: dict[UUID, dict[int, list[Meeting]]]
) -> set[str]:
    """Add the entities without papers; the names of all entities of the kind."""
    paper = Q(role__in=rule.roles)
    paper |= functools.reduce(operator.or_, (Q(item__title__contains=word) for word in rule.words))
    has = Exists(EntityItem.objects.filter(paper, entity=OuterRef("pk")))
    every: QuerySet[Any, Any] = (
        Entity.objects.filter(kind=rule.entity, fonds_code=fonds).order_by("code").annotate(has_paper=has)
    )
    if rule.answered:
        links = EntityLink.objects.filter(
            Q(first=OuterRef("pk"), second__kind=rule.answered) | Q(second=OuterRef("pk"), first__kind=rule.answered)
        )
        every = every.annotate(has_answer=Exists(links))
    names = set()
    missing: list[tuple[int, Entity]] = []
    for one in every.iterator(chunk_size=2000):
        names.add(one.name)
        year = _year_of(one)
        if year is not None and year in years and not one.has_paper and not (rule.answered and one.has_answer):
            missing.append((year, one))
    documents: dict[UUID, list[str]] = defaultdict(list)
    keys = [one.pk for _year, one in missing]
    for start in range(0, len(keys), 500):
        rows = EntityItem.objects.filter(entity__in=keys[start : start + 500]).order_by("id")
        for entity, item in rows.values_list("entity_id", "item_id"):
            documents[entity].append(str(item))
    for year, one in missing:
        found[unit.pk][year].append(
            Meeting(f"entity:{one.pk}", str(one), rule.lacks, tuple(documents[one.pk]), str(one.pk), rule=rule.name)
        )
    return names


def _titles(fonds: str, owners: Owners, rule: Rule, years: Sequence[int]) -> Iterable[tuple[UUID, int, Meeting]]:
    rows = Item.objects.filter(fonds__code=fonds, year__in=list(years), title__contains=rule.marker).order_by()
    groups: dict[tuple[int, str], list[tuple[str, str, str]]] = defaultdict(list)
    columns: Any = ("year", "title", "department", "pk")
    for year, title, department, pk in rows.values_list(*columns)[:_MOST].iterator(chunk_size=5000):
        plain = "".join(title.split())
        name = rule.meeting_of(plain)
        if name:
            groups[year, name].append((plain, department, str(pk)))
    for (year, name), members in sorted(groups.items()):
        if any(rule.is_paper(title) for title, _department, _pk in members):
            continue
        departments = sorted({department for _title, department, _pk in members})
        owner = next(filter(None, (owners.of_department(each) for each in departments)), None)
        if owner is None:
            continue
        records = tuple(sorted(pk for _title, _department, pk in members))
        klass = departments[0] if len(departments) == 1 else ""
        yield owner, year, Meeting(f"{rule.name}:{name}", name, rule.lacks, records, klass=klass, rule=rule.name)


def _year_of(one: Entity) -> int | None:
    day: date | None = one.day
    if day is None:
        for name in _DAYS:
            text = str(one.attributes.get(name, ""))
            if not text:
                continue
            try:
                return parse_date(text).start.year
            except DateError:
                continue
        return None
    return day.year
