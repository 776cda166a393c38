"""What the pages of acquisitions show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shicheng.acquiring import aspects, policies, selectors
from shicheng.acquiring.forms import shown_lines
from shicheng.acquiring.models import Acquisition, Donor
from shicheng.acquiring.papers import restrictions
from shicheng.acquiring.states import ACQUISITION, OPEN
from shicheng.acquiring.types import (
    CONTACTS,
    COSTS,
    COUNTED_IN,
    DEEDS,
    DONOR_KINDS,
    ISSUED,
    PAPERS,
    VERDICTS,
    WAYS,
    WISHES,
    Way,
)
from shicheng.acquiring.words import LOOKS, STATES
from shicheng.approvals import selectors as approvals
from shicheng.audit import selectors as audit
from shicheng.holdings import fonds as all_fonds
from shicheng.people.policies import allows, whole_fonds
from shicheng.people.types import Actor


def view_rows(actor: Actor, rows: Iterable[Acquisition]) -> list[tuple[Acquisition, str, Any, str]]:
    """Acquisitions of a list: each with its donor as this actor may read it, its state and how that looks."""
    return [(one, aspects.donor_name(actor, one), STATES[one.state], LOOKS[one.state]) for one in rows]


def view_register(actor: Actor, query: Mapping[str, str]) -> dict[str, Any]:
    """What stands around the register: counts by state, filters."""
    seen = policies.visible(actor)
    counts: dict[str, int] = {}
    for state in seen.order_by().values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    years = seen.order_by().dates("noted_on", "year", order="DESC")
    return {
        "states": [
            *([("open", "", sum(counts.get(one, 0) for one in OPEN))] if any(counts.get(one) for one in OPEN) else []),
            *((code, STATES[code], counts[code]) for code in ACQUISITION.states if counts.get(code)),
        ],
        "total": sum(counts.values()), "ways": WAYS.items(), "years": [day.year for day in years],
        "state": query.get("state", ""), "way": query.get("way", ""), "year": query.get("year", ""),
        "text": query.get("text", "").strip(), "order": query.get("order", ""),
        "may_write": allows(actor, policies.WRITE), "may_know": allows(actor, policies.READ_DONORS),
    }  # fmt: skip


def view_acquisition(actor: Actor, one: Acquisition) -> dict[str, Any]:
    """Everything the page of one acquisition shows."""
    knows = policies.may_know(actor, one)
    writes = allows(actor, policies.WRITE, fonds=one.fonds_code or None) and (
        bool(one.fonds_code) or whole_fonds(actor, policies.WRITE) is None
    )
    came = aspects.came(actor, one)
    spent = aspects.spent(actor, one)
    return {
        "one": one, "state": STATES[one.state], "look": LOOKS[one.state], "donor": aspects.donor_name(actor, one),
        "knows": knows, "writes": writes, "deed_label": DEEDS[one.way], "limits": restrictions(one),
        "verbs": {move.verb for move in ACQUISITION.moves_from(one.state)} if writes else set(),
        "opinions": [(each, VERDICTS[each.verdict]) for each in one.opinions.all()], "verdicts": VERDICTS.items(),
        "papers": [(paper, PAPERS[paper.kind]) for paper in one.papers.all()],
        "paper_kinds": [(kind, label) for kind, label in PAPERS.items() if kind not in ISSUED],
        "issued": [
            (kind, PAPERS[kind]) for kind in ISSUED if kind != "certificate" or one.way == Way.DONATION
        ],
        "costs": [(cost, COSTS[cost.kind]) for cost in one.costs.all()], "cost_kinds": COSTS.items(),
        "spent": f"{spent:,.2f}" if spent else "",
        "deliveries": list(one.deliveries.all()), "came": came,
        "is_moving": any(each.state == "arriving" for each in one.deliveries.all()),
        "lines": shown_lines(one.receipt) or f"{one.title} | {one.amount}".rstrip(" |"),
        "is_deposit": one.way == Way.DEPOSIT, "is_purchase": one.way == Way.PURCHASE,
        "requests": list(approvals.about(actor, ("acquisition", str(one.pk)))),
        "history": audit.history(actor, ("acquisition", one.pk)),
    }  # fmt: skip


def view_form(actor: Actor, one: Acquisition | None, given: Mapping[str, str] | None) -> dict[str, Any]:
    """The form of an offer: empty, with what is written of one, or with what was typed."""
    return {
        "one": one, "given": given if given is not None else _given(one), "ways": WAYS.items(),
        "counted_in": COUNTED_IN, "kinds": DONOR_KINDS.items(), "wishes": WISHES.items(),
        "contacts": [(name, label, (given or {}).get(f"donor-{name}", "")) for name, label in CONTACTS.items()],
        "donors": selectors.donors(actor)[:200] if one is None else [],
        "fonds": list(all_fonds.listed_fonds(actor).filter(closed_on=None)[:500]),
        "is_agreed": one is not None and one.state in ("agreed", "received"),
    }  # fmt: skip


def view_donor(actor: Actor, one: Donor, given: Mapping[str, str] | None) -> dict[str, Any]:
    """The page of a donor with everything they gave."""
    known: Mapping[str, str] = given or {
        "donor-name": one.name, "donor-kind": one.kind, "donor-wish": one.wish, "donor-note": one.note,
        **{f"donor-{name}": one.contacts.get(name, "") for name in CONTACTS},
    }  # fmt: skip
    gave = selectors.acquisitions(actor).filter(donor=one)
    return {
        "one": one, "given": known, "kinds": DONOR_KINDS.items(), "wishes": WISHES.items(),
        "kind": DONOR_KINDS[one.kind],
        "contacts": [(name, label, known.get(f"donor-{name}", "")) for name, label in CONTACTS.items()],
        "rows": view_rows(actor, gave), "writes": allows(actor, policies.WRITE),
        "history": audit.history(actor, ("donor", one.pk)),
    }  # fmt: skip


def _given(one: Acquisition | None) -> dict[str, Any]:
    if one is None:
        return {"way": Way.DONATION, "counted_in": "件"}
    names = ("title", "way", "about", "period", "counted_in", "condition", "rights", "provenance")
    return {
        **{name: getattr(one, name) for name in names}, "fonds": one.fonds_code, "noted_on": one.noted_on.isoformat(),
        "quantity": "" if one.quantity is None else one.quantity,
        "asked_price": "" if one.asked_price is None else one.asked_price,
    }  # fmt: skip
