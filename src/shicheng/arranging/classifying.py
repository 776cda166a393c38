"""Classifying items: proposals from the unit's filing table, its own rules and what is held; taking them in bulk."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from shicheng.arranging import events, policies, selectors
from shicheng.arranging.classing import Class, propose_classes
from shicheng.arranging.errors import BadSelection
from shicheng.arranging.models import PoolItem, UnitRule
from shicheng.arranging.naming import prefix_of
from shicheng.arranging.steps import CLASS_COLUMNS, Change
from shicheng.arranging.types import Described, Proposal, Rule
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import fonds as all_fonds
from shicheng.holdings.numbers import classes_of_prefixes
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.schemes import selectors as schemes

RULE_KINDS: Final = ("prefix", "author", "words")
DEFAULT_CATEGORY: Final = "WS"


def proposals(actor: Actor, fonds: str, items: Sequence[PoolItem]) -> dict[UUID, list[Proposal]]:
    """For each item the classes that are proposed, the best first, with their reasons."""
    own = unit_rules(actor, fonds)
    tables: dict[tuple[str, int], list[Rule]] = {}
    precedents = _precedents(actor, fonds, items)
    found = {}
    for one in items:
        place = (one.unit, one.year)
        if place not in tables:
            tables[place] = table_rules(actor, fonds, unit=one.unit, year=one.year)
        described = Described(
            title=one.title, document_number=one.document_number, author=one.author,
            category=one.category or DEFAULT_CATEGORY,
        )  # fmt: skip
        found[one.pk] = propose_classes(described, [*own, *tables[place]], precedents)
    return found


def table_rules(actor: Actor, fonds: str, *, unit: str, year: int) -> list[Rule]:
    """The rows of the filing table in force at the end of a year, as rules: prefixes, issuers, words."""
    rows = schemes.filing_rows(actor, unit=unit, on=date(year, 12, 31)) if unit else []
    rows = rows or schemes.filing_rows(actor, fonds=fonds, on=date(year, 12, 31))
    rows = rows or schemes.filing_rows(actor, fonds=fonds)
    rules = []
    for row in rows:
        given: dict[str, Any] = {
            "category": row.category, "department": row.klass, "retention": row.retention, "row": str(row.pk),
            "label": f"{row.key} {row.scope}"[:120],
        }  # fmt: skip
        rules += [Rule("prefix", value, **given) for value in row.prefixes]
        rules += [Rule("author", value, **given) for value in row.issuers]
        rules += [Rule("words", value, **given) for value in row.words]
    return rules


def unit_rules(actor: Actor, fonds: str) -> list[Rule]:
    """The rules kept for a fonds."""
    if not policies.sees_fonds(actor, fonds):
        return []
    return [
        Rule(one.kind, one.value, one.category, one.department, one.retention)
        for one in UnitRule.objects.filter(fonds__code=fonds)
    ]


def classify(
    *, actor: Actor, items: Sequence[UUID], category: str, department: str, retention: str, row: str = "",
    reasons: Iterable[Any] = (),
) -> int:  # fmt: skip
    """Give items a class; what is numbered loses its number, which was one of its old class. Returns how many."""
    told = [json.loads(json.dumps(one.to_json(), default=str)) for one in reasons]
    klass = _clean(category, department, retention)
    return _take(actor, dict.fromkeys(items, (klass, row, told)))


def take_proposals(*, actor: Actor, fonds: str, year: int, items: Sequence[UUID] | None = None) -> int:
    """Give each item the best class proposed for it; None takes all that have none yet. Returns how many got one."""
    if items is None:
        listed = list(selectors.pool_items(actor, fonds, year, stage="formed").prefetch_related(None))
    else:
        listed = selectors.chosen_items(actor, items)
    chosen: dict[UUID, tuple[Class, str, list[Any]]] = {}
    for key, found in proposals(actor, fonds, listed).items():
        best = next((one for one in found if one.retention), None)
        if best is not None:
            told = [json.loads(json.dumps(why.to_json(), default=str)) for why in best.reasons]
            chosen[key] = ((best.category or DEFAULT_CATEGORY, best.department, best.retention), best.row, told)
    if not chosen:
        raise BadSelection(
            _("No class is proposed for these items."), hint=_("Choose their class by hand, or keep a rule for them.")
        )
    return _take(actor, chosen)


def keep_rule(
    *, actor: Actor, fonds: str, kind: str, value: str, category: str, department: str, retention: str
) -> UnitRule:
    """Keep a rule by which classes are proposed in a fonds; one of the same kind and value is replaced."""
    require(actor, policies.ARRANGE, fonds=fonds)
    value = " ".join(value.split())[:200]
    if kind not in RULE_KINDS or not value:
        raise BadSelection(_("The rule says nothing that could be found."), hint=_("Write a prefix, a body or words."))
    klass = _clean(category, department, retention, is_rule=True)
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        rule, _made = UnitRule.objects.update_or_create(
            fonds=home, kind=kind, value=value,
            defaults={"category": klass[0], "department": klass[1], "retention": klass[2], "made_at": clock.now(),
                      "made_by": actor.name[:200]},
        )  # fmt: skip
        audit.append(
            actor, events.RULE_KEPT, ("fonds", str(home.pk)),
            {"fonds": fonds, "kind": kind, "value": value, "class": list(klass)},
        )  # fmt: skip
    return rule


def remove_rule(*, actor: Actor, fonds: str, rule: UUID) -> None:
    """Remove a rule; what was classified stays as it is."""
    require(actor, policies.ARRANGE, fonds=fonds)
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        found = UnitRule.objects.filter(fonds=home, pk=rule).first()
        if found is not None:
            found.delete()
            audit.append(
                actor, events.RULE_REMOVED, ("fonds", str(home.pk)),
                {"fonds": fonds, "kind": found.kind, "value": found.value},
            )  # fmt: skip


def _take(actor: Actor, chosen: Mapping[UUID, tuple[Class, str, list[Any]]]) -> int:
    if not chosen:
        raise BadSelection(_("No items were chosen."), hint=_("Choose the items that are to get this class."))
    first = selectors.pool_item(actor, next(iter(chosen)))
    with atomic():
        home = all_fonds.lock_fonds(first.fonds.code)
        rows = selectors.locked_items(actor, chosen)
        if any(one.fonds_id != home.pk or one.year != first.year for one in rows):
            raise BadSelection(_("The items are of several fonds or years."), hint=_("Choose items of one pool."))
        policies.require_rows(actor, policies.ARRANGE, home.code, rows)
        change = Change(actor, home, first.year, "classify", _("%(items)s items classified", items=len(rows)))
        change.items(rows, (*CLASS_COLUMNS, "reference_code", "code_sort"))
        counts: dict[str, int] = defaultdict(int)
        for one in rows:
            klass, row, reasons = chosen[one.pk]
            if (one.category, one.department, one.retention) != klass:
                one.reference_code, one.code_sort = None, ""
            one.category, one.department, one.retention = klass
            one.scope_row, one.judged_by = row, reasons
            counts["·".join(part for part in klass if part)] += 1
        PoolItem.objects.bulk_update(rows, [*CLASS_COLUMNS, "reference_code", "code_sort"], batch_size=200)
        change.keep()
        audit.append(
            actor, events.CLASSIFIED, ("fonds", str(home.pk)),
            {"fonds": home.code, "year": first.year, "items": len(rows), "classes": dict(counts),
             "rows": sorted({one.scope_row for one in rows if one.scope_row}), "step": str(change.id)},
        )  # fmt: skip
    return len(rows)


def _clean(category: str, department: str, retention: str, *, is_rule: bool = False) -> Class:
    category, department, retention = category.strip().upper(), department.strip()[:200], retention.strip()
    if category and category not in CATEGORIES:
        raise BadSelection(
            _("%(category)s is no record category.", category=category),
            hint=_("Use one of: %(known)s.", known=", ".join(CATEGORIES)),
        )
    if retention:
        try:
            retention = parse_retention(retention).code
        except RetentionError as error:
            raise BadSelection(error.message, hint=error.hint) from error
    if not is_rule and not (category and retention):
        raise BadSelection(
            _("A class needs a category and a retention period."), hint=_("Choose both, then take it again.")
        )
    return category, department, retention


def _precedents(actor: Actor, fonds: str, items: Sequence[PoolItem]) -> dict[str, dict[Class, int]]:
    prefixes = {prefix_of(one.document_number) for one in items if one.document_number}
    return classes_of_prefixes(actor, fonds, sorted(prefixes - {""}))
