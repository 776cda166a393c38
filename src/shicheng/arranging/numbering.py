"""Numbering items in bulk: a plan that shows old and new codes and what collides, then one act that applies it.

The plan is worked out anew when it is applied, with the fonds locked; if it is not the one that was shown, nothing
happens. All codes are written in one transaction: a numbering is there whole or not at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from shicheng.arranging import events, policies, selectors
from shicheng.arranging.errors import BadSelection, ChangedMeanwhile, NotNumbered
from shicheng.arranging.models import PoolItem
from shicheng.arranging.planning import plan_numbers
from shicheng.arranging.steps import NUMBER_COLUMNS, Change
from shicheng.arranging.types import Numbered, Plan
from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.holdings import fonds as all_fonds
from shicheng.holdings.numbers import given_codes, highest_number
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import (
    DEFAULT_TEMPLATES,
    ReferenceCodeError,
    Template,
    find_reference_code,
    parse_reference_code,
)
from shicheng.people.types import Actor
from shicheng.schemes import selectors as schemes

BY_ITEM: Final = tuple(one for one in DEFAULT_TEMPLATES if one.arrangement == "item")
_LOGGED: Final = 2000  # codes named one by one in the log


def preview(
    actor: Actor, fonds: str, year: int, *, items: Sequence[UUID] | None = None, template: str = "", again: bool = False
) -> Plan:
    """The codes that would be given, and what stands against them. Nothing is changed.

    Without `items` all that are classified and have no code. With `again` those that have one get a new one too, as
    long as they are not filed. `template` names the form of the codes; "" takes what the unit's table says.
    """
    listed = _listed(actor, fonds, year, items, again=again)
    return _plan(actor, fonds, year, listed, template)


def apply(
    *, actor: Actor, fonds: str, year: int, mark: str, items: Sequence[UUID] | None = None, template: str = "",
    again: bool = False,
) -> Plan:  # fmt: skip
    """Give the codes of the plan with this mark, all at once.

    Raises `ChangedMeanwhile` if the plan is another one by now, `NotNumbered` if something stands against a code.
    """
    with atomic():
        home = all_fonds.lock_fonds(fonds, takes_in=True)
        found = _listed(actor, fonds, year, items, again=again)
        rows = selectors.locked_items(actor, [one.pk for one in found])
        policies.require_rows(actor, policies.NUMBER, fonds, rows)
        plan = _plan(actor, fonds, year, rows, template)
        if not plan.lines:
            raise BadSelection(_("There is nothing to number."), hint=_("Classify items first."))
        if plan.mark != mark:
            raise ChangedMeanwhile(
                _("The pool or the holdings changed since the codes were shown, and they would be others now."),
                hint=_("Look at the new preview and apply that."),
            )
        if plan.faults:
            raise NotNumbered(
                _("%(count)s items can't be numbered; first: %(fault)s", count=len(plan.faults),
                  fault=plan.faults[0].fault or ""),
                hint=_("Correct their classes, or number the others alone."),
            )  # fmt: skip
        _write(actor, home, year, rows, plan)
    return plan


def give_code(*, actor: Actor, item: UUID, code: str) -> PoolItem:
    """Give one item a code by hand; refused if it is, or ever was, another's, or names another class."""
    one = selectors.pool_item(actor, item)
    with atomic():
        home = all_fonds.lock_fonds(one.fonds.code, takes_in=True)
        row = selectors.locked_items(actor, [item])[0]
        policies.require_rows(actor, policies.NUMBER, home.code, [row])
        code = code.strip()
        try:
            read = parse_reference_code(code) if code else None
        except ReferenceCodeError as error:
            raise NotNumbered(error.message, hint=error.hint) from error
        if read is not None and read.fonds != home.code:
            raise NotNumbered(
                _("The reference code names the fonds %(other)s, and the item is of %(own)s.", other=read.fonds,
                  own=home.code),
                hint=_("Give it a code of its own fonds."),
            )  # fmt: skip
        if code and _taken(actor, [code], {row.pk}):
            raise NotNumbered(
                _("%(code)s is, or was, the code of another record.", code=code),
                hint=_("A code is never given twice; choose another one."),
            )
        change = Change(actor, home, row.year, "number", _("“%(title)s” numbered", title=row.title))
        change.items([row], NUMBER_COLUMNS)
        old, row.reference_code = row.reference_code or "", code or None
        row.code_sort = read.sort_key[:300] if read is not None else ""
        row.save(update_fields=list(NUMBER_COLUMNS))
        change.keep()
        audit.append(
            actor, events.NUMBERED, ("fonds", str(home.pk)),
            {"fonds": home.code, "year": row.year, "items": 1, "codes": [[old, code]], "step": str(change.id)},
        )  # fmt: skip
    return row


def _listed(actor: Actor, fonds: str, year: int, items: Sequence[UUID] | None, *, again: bool) -> list[PoolItem]:
    if items is not None:
        found = [one for one in selectors.chosen_items(actor, items) if one.fonds.code == fonds and one.year == year]
    else:
        found = list(selectors.pool_items(actor, fonds, year).prefetch_related(None))
    return [one for one in found if one.state == "open" and one.is_classified and (again or not one.is_numbered)]


def _plan(actor: Actor, fonds: str, year: int, rows: Sequence[PoolItem], template: str) -> Plan:
    own = {one.pk for one in rows}

    def highest(group: str) -> int:
        start = f"{group}-"
        pool = PoolItem.objects.filter(reference_code__startswith=start).exclude(state="closed")
        codes = pool.values_list("pk", "reference_code")
        numbers = [_number(code[len(start) :]) for key, code in codes if code and key not in own]
        return max([highest_number(fonds, group), *numbers])

    return plan_numbers(
        [_numbered(fonds, one) for one in rows],
        templates=templates_for(actor, fonds, year, {one.unit for one in rows}, template),
        fonds=fonds,
        highest=highest,
        taken=lambda codes: _taken(actor, codes, own),
    )


def templates_for(actor: Actor, fonds: str, year: int, units: Collection[str], chosen: str = "") -> list[Template]:
    """The forms of codes to number by: the one chosen, else those of the unit's table, else the usual ones."""
    named = [one for one in BY_ITEM if one.name == chosen]
    if chosen and not named:
        raise BadSelection(
            _("There is no form of codes named %(name)s.", name=chosen), hint=_("Choose one of the list.")
        )
    if named:
        return [*named, *(one for one in BY_ITEM if one not in named)]
    first: list[Template] = []
    for unit in [*sorted(units), ""]:
        told = schemes.template_names(actor, unit=unit, fonds="" if unit else fonds, on=date(year, 12, 31))
        for category, name in told.items():
            form = next((one for one in BY_ITEM if one.name == name), None)
            if form is not None:
                first.append(_only(form, category))
    return [*first, *_in_use(fonds), *BY_ITEM]


def _in_use(fonds: str) -> list[Template]:
    """The form of the codes given last in this pool or the holdings: a fonds keeps to its dialect."""
    newest = PoolItem.objects.filter(fonds__code=fonds).exclude(reference_code=None).order_by("-formed_at").first()
    read = find_reference_code(newest.reference_code or "") if newest is not None else None
    return [one for one in BY_ITEM if read is not None and one.name == read.template]


def _only(form: Template, category: str) -> Template:
    from dataclasses import replace

    return replace(form, categories=(category,))


def _numbered(fonds: str, one: PoolItem) -> Numbered:
    try:
        day = parse_date(one.date).start if one.date else None
    except DateError:
        day = None
    parts = {
        "fonds": fonds, "category": one.category, "year": str(one.year), "retention": one.retention,
        "department": one.department,
    }  # fmt: skip
    return Numbered(
        one.pk, parts, day, one.importance, one.set_name, one.title, one.document_number, one.reference_code or ""
    )


def _taken(actor: Actor, codes: Collection[str], own: Collection[UUID]) -> set[str]:
    found = given_codes(codes)
    for part in chunked(list(codes), 500):
        others = PoolItem.objects.filter(reference_code__in=part).exclude(state="closed")
        found.update(code for key, code in others.values_list("pk", "reference_code") if code and key not in own)
    return found


def _write(actor: Actor, home: Any, year: int, rows: Sequence[PoolItem], plan: Plan) -> None:
    change = Change(actor, home, year, "number", _("%(items)s items numbered", items=len(plan.lines)))
    change.items(rows, NUMBER_COLUMNS)
    by_key = {one.pk: one for one in rows}
    for part in chunked([one.pk for one in rows if one.is_numbered], 500):  # codes may change places
        PoolItem.objects.filter(pk__in=part).update(reference_code=None)
    for line in plan.lines:
        row = by_key[line.key]
        row.reference_code = line.new
        read = find_reference_code(line.new)
        row.code_sort = (read.sort_key if read is not None else line.new)[:300]
    PoolItem.objects.bulk_update(rows, list(NUMBER_COLUMNS), batch_size=200)
    change.keep()
    audit.append(
        actor, events.NUMBERED, ("fonds", str(home.pk)),
        {"fonds": home.code, "year": year, "items": len(plan.lines), "runs": [list(run) for run in plan.runs],
         "codes": [[line.old, line.new] for line in plan.lines[:_LOGGED] if line.old], "mark": plan.mark,
         "step": str(change.id)},
    )  # fmt: skip


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0
