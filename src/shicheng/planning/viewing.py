"""What the pages about missing records show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Min, QuerySet

from shicheng.audit import selectors as audit
from shicheng.holdings import selectors as holdings
from shicheng.holdings.models import Item
from shicheng.kernel.document_numbers import parse_document_number
from shicheng.kernel.messages import Message
from shicheng.people.duties import Responsibility, duty_of
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.planning import policies, reminding, selectors
from shicheng.planning.expectations import general_change, general_terms, own_change, terms_of
from shicheng.planning.facts import count, lines_of
from shicheng.planning.meeting_rules import rule_sets
from shicheng.planning.models import Finding, Watched
from shicheng.planning.owners import Owners
from shicheng.planning.terms import TOLD, Terms
from shicheng.planning.types import EXPLANATIONS, KINDS, STATES, Kind, Line
from shicheng.schemes.models import Unit

PAGE: Final = 50
UNITS: Final = 100  # on a page of the overview
Given = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of the overview: its counts by kind, in the order of the kinds."""

    unit: Unit
    counts: tuple[tuple[str, Message, int], ...]
    total: int
    oldest: object
    answers: Responsibility


@dataclass(frozen=True, slots=True)
class Shown:
    """One finding as a list shows it."""

    one: Finding
    kind: Message | str
    state: Message
    explained_as: Message | str
    days: int
    answers: Responsibility | None = None


def given_of(query: Mapping[str, str]) -> dict[str, str]:
    """The filters of an address, as `selectors.findings` takes them."""
    return {name: query.get(name, "").strip()[:200] for name in selectors.FILTERS if query.get(name, "").strip()}


def choices(actor: Actor) -> dict[str, Any]:
    """What the filters of lists offer."""
    return {
        "kinds": list(KINDS.items()), "states": list(STATES.items()), "years": selectors.years(actor),
        "duties": selectors.duty_names(actor),
    }  # fmt: skip


def view_overview(actor: Actor, given: Given, page: str) -> dict[str, Any]:
    """The table of units and kinds with its numbers, and when units were looked at."""
    counted = selectors.table(actor, given)
    units = selectors.units(actor).filter(is_closed=False)
    every = units.count()
    if any(given.get(name) for name in selectors.FILTERS):
        units = units.filter(code__in=list(counted))
    paged = Paginator(units, UNITS).get_page(page)
    found = list(paged.object_list)
    oldest = dict(
        selectors.findings(actor, given).order_by().values_list("unit__code").annotate(Min("due"))
        if counted else ()
    )  # fmt: skip
    answers = _answers(found)
    rows = []
    for unit in found:
        kinds = counted.get(unit.code, {})
        counts = tuple((kind, label, kinds.get(kind, 0)) for kind, label in KINDS.items())
        rows.append(Row(unit, counts, sum(kinds.values()),
                        oldest.get(unit.code), answers[unit.fonds_code]))  # fmt: skip
    sums = [(kind, label, sum(each.get(kind, 0) for each in counted.values())) for kind, label in KINDS.items()]
    looked = Watched.objects.filter(unit__in=selectors.units(actor)).aggregate(at=Min("looked_at"))["at"]
    return {
        "page": paged, "rows": rows, "sums": sums, "total": sum(count for *_rest, count in sums), "every": every,
        "looked_at": looked, "may_watch": allows(actor, policies.WATCH), "given": given,
        "may_set": policies.everywhere(actor, policies.SET_TERMS), **choices(actor),
    }  # fmt: skip


def view_findings(actor: Actor, given: Given, order: str, page: str) -> dict[str, Any]:
    """A page of the list of findings."""
    paged = Paginator(selectors.findings(actor, given, order=order), PAGE).get_page(page)
    found = list(paged.object_list)
    answers = _answers([one.unit for one in found])
    return {
        "page": paged, "listed": [shown(one, answers.get(one.unit.fonds_code)) for one in found], "order": order,
        "given": given, "explanations": list(EXPLANATIONS.items()), "may_explain": allows(actor, policies.EXPLAIN),
        **choices(actor),
    }  # fmt: skip


def view_finding(actor: Actor, one: Finding) -> dict[str, Any]:
    """Everything the page of one finding shows; of the records it rests on those the actor may see."""
    may = policies.visible(actor, policies.EXPLAIN).filter(pk=one.pk).exists()
    return {
        "shown": shown(one, duty_of(one.fonds_code, selectors.TASK)), "one": one, "records": _records(actor, one),
        "facts": _facts(one), "explanations": list(EXPLANATIONS.items()),
        "may_explain": may and one.state == "open", "may_reopen": may and one.state == "explained",
        "history": audit.history(actor, ("finding", one.pk)),
    }  # fmt: skip


def view_unit(actor: Actor, unit: Unit, year: int | None) -> dict[str, Any]:
    """One unit: what came against what was due in a year, what is missing, who answers, what was reminded."""
    owners = Owners(list(Unit.objects.filter(fonds_code=unit.fonds_code).order_by("code")))
    terms = terms_of([unit])[unit.pk]
    now = selectors.today().year
    years = sorted({*range(now - terms.back, now + 1), *selectors.years(actor)}, reverse=True)
    chosen = year if year is not None and year in years else now - 1
    facts = count(unit.fonds_code, owners, chosen - terms.steady_years, chosen)[unit.pk]
    lines = [
        one for one in lines_of(unit, owners, facts, chosen, terms) if policies.sees(actor, unit, one.klass, chosen)
    ]
    found = selectors.findings(actor, {"unit": unit.code, "year": str(chosen), "state": "all"}, order="kind")
    listed = [shown(one) for one in found[: UNITS * 2]]
    whole = policies.sees(actor, unit, "", chosen)
    return {
        "unit": unit, "years": years, "year": chosen, "today": selectors.today(),
        "whole": next((one for one in lines if not one.klass and not one.row_key), None) if whole else None,
        "blocks": _blocks(lines), "open": [each for each in listed if each.one.state == "open"],
        "closed": [each for each in listed if each.one.state != "open"],
        "reminders": reminding.reminders(actor, unit=unit.code),
        "answers": duty_of(unit.fonds_code, selectors.TASK), "contacts": reminding.contacts_of(unit),
        "terms": terms, "steps": steps_told(terms), "looked_at": _looked_at(unit),
        "may_watch": allows(actor, policies.WATCH, fonds=unit.fonds_code),
        "may_set": allows(actor, policies.SET_TERMS, fonds=unit.fonds_code),
        "history": audit.history(actor, ("unit", unit.pk)) if whole else [],
    }  # fmt: skip


def view_notice(actor: Actor, unit: Unit) -> dict[str, Any]:
    """The reminder to a unit, as it is printed."""
    found = selectors.findings(actor, {"unit": unit.code, "late": "0"}, order="year")
    return {
        "unit": unit, "reminders": reminding.reminders(actor, unit=unit.code), "today": selectors.today(),
        "listed": [shown(one) for one in found[:2000]], "contacts": reminding.contacts_of(unit),
        "answers": duty_of(unit.fonds_code, selectors.TASK),
    }  # fmt: skip


def view_terms(unit: Unit | None) -> dict[str, Any]:
    """The terms of all units or of one, what is changed, and what can be chosen."""
    terms = terms_of([unit])[unit.pk] if unit else general_terms()
    return {
        "unit": unit, "terms": terms, "changed": own_change(unit) if unit else general_change(),
        "values": written(terms), "steps": steps_told(terms), "rule_sets": rule_sets(), "told": list(TOLD.items()),
    }  # fmt: skip


def written(terms: Terms) -> dict[str, Any]:
    """Terms as the form writes them."""
    kept = terms.to_json()
    kept["dues"] = "\n".join(f"{key} = {day}" for key, day in terms.dues.items())
    kept["series"] = "\n".join(terms.series)
    kept["rules"] = "\n".join(terms.rules)
    kept["steps"] = "\n".join(f"{one.days} = {one.to}" for one in terms.steps)
    return kept


def steps_told(terms: Terms) -> list[tuple[int, Message]]:
    """After how many days who is reminded."""
    return [(one.days, TOLD[one.to]) for one in terms.steps]


def shown(one: Finding, answers: Responsibility | None = None) -> Shown:
    """A finding with its words."""
    return Shown(
        one, KINDS.get(one.kind, one.kind), STATES[one.state], EXPLANATIONS.get(one.explained_as, ""),
        max(0, (selectors.today() - one.due).days), answers,
    )  # fmt: skip


def _blocks(lines: Sequence[Line]) -> list[tuple[Line, list[Line]]]:
    """Classes with the rows that stand in them."""
    rows = [one for one in lines if one.row_key]
    blocks = [(one, [row for row in rows if row.klass == one.klass]) for one in lines if one.klass and not one.row_key]
    loose = [row for row in rows if not row.klass]
    return blocks if not loose else [*blocks, (Line(loose[0].year, loose[0].due), loose)]


def _records(actor: Actor, one: Finding) -> list[Item]:
    """Records a finding rests on: those it names, or for a gap the neighbours of what is missing."""
    visible = holdings.items(actor)
    keys = [UUID(each) for each in one.facts.get("records", ())]
    if keys:
        return list(visible.filter(pk__in=keys)[:20])
    if one.kind != Kind.NUMBERS:
        return []
    numbers = [one.facts["first"] - 1, one.facts["last"] + 1]
    series = str(one.facts.get("series", ""))
    fonds = visible.filter(fonds__code=one.fonds_code)
    if series.startswith("item:"):
        start = series.removeprefix("item:")
        found = fonds.filter(year=one.year, number__in=numbers, reference_code__startswith=start)
    else:
        return _neighbours(fonds, series.removeprefix("doc:"), one.year, numbers)
    return list(found[:10])


def _neighbours(fonds: QuerySet[Item], series: str, year: int, numbers: list[int]) -> list[Item]:
    """Records whose document numbers are these of a series, in whatever brackets they are written."""
    name = series.partition("〔")[0]
    listed = fonds.filter(year__in=(year, year + 1), document_number__startswith=name).order_by("document_number")
    keys = []
    for pk, text in listed.values_list("pk", "document_number")[:5000]:
        read = parse_document_number(text)
        if read is not None and (read.series, read.year) == (name, year) and read.number in numbers:
            keys.append(pk)
    return list(fonds.filter(pk__in=keys[:10]).order_by("code_sort"))


def _facts(one: Finding) -> dict[str, Any]:
    return {key: value for key, value in one.facts.items() if key in ("came", "before", "counts", "entity", "name")}


def _looked_at(unit: Unit) -> Any:
    return Watched.objects.filter(unit=unit).values_list("looked_at", flat=True).first()


def _answers(units: Sequence[Unit]) -> dict[str, Responsibility]:
    from shicheng.people.duties import duties_of

    found = duties_of((one.fonds_code, selectors.TASK) for one in units)
    return {fonds: answer for (fonds, _task), answer in found.items()}
