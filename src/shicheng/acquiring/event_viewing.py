"""What the pages of major events show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.paginator import Paginator

from shicheng.acquiring import event_selectors, linking, policies
from shicheng.acquiring.forms import read_finding, read_key
from shicheng.acquiring.linking import Finding
from shicheng.acquiring.models import MajorEvent
from shicheng.acquiring.types import EVENT_KINDS, FORMS, LEVELS
from shicheng.acquiring.words import EVENT_STATES
from shicheng.audit import selectors as audit
from shicheng.holdings import fonds as all_fonds
from shicheng.people.duties import duty_of
from shicheng.people.policies import allows, whole_fonds
from shicheng.people.types import Actor
from shicheng.schemes import selectors as schemes

SHOWN: Final = 50


def view_list(actor: Actor, query: Mapping[str, str], rows: Sequence[MajorEvent]) -> dict[str, Any]:
    """Events of a list with the shares of their plans, and what stands around."""
    standings = event_selectors.standings(actor, rows)
    seen = policies.visible_events(actor)
    days = seen.order_by().dates("begins", "year", order="DESC")
    return {
        "rows": [
            (one, event_selectors.share_of(actor, one, standings[one.pk]), EVENT_KINDS[one.kind], LEVELS[one.level],
             EVENT_STATES[one.state])
            for one in rows
        ],
        "total": seen.count(), "kinds": EVENT_KINDS.items(), "years": [day.year for day in days],
        "states": EVENT_STATES.items(), "kind": query.get("kind", ""), "year": query.get("year", ""),
        "state": query.get("state", ""), "text": query.get("text", "").strip(), "order": query.get("order", ""),
        "late": len(event_selectors.late_lines(actor)), "may_write": allows(actor, policies.WRITE_EVENTS),
    }  # fmt: skip


def view_event(actor: Actor, one: MajorEvent, query: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page of one event shows; only what the actor may see is counted."""
    lines = event_selectors.standings(actor, [one])[one.pk]
    share = event_selectors.share_of(actor, one, lines)
    line, form = read_key(query.get("at", "")), query.get("form", "")
    held = event_selectors.held_records(actor, one, line=line, form=form if form in FORMS else "")
    writes = allows(actor, policies.WRITE_EVENTS, fonds=one.fonds_code)
    edited = read_key(query.get("edit", "")) if writes else None
    whole = whole_fonds(actor, policies.READ_EVENTS)
    return {
        "one": one, "lines": lines, "share": share, "kind": EVENT_KINDS[one.kind], "level": LEVELS[one.level],
        "state": EVENT_STATES[one.state], "forms": [(FORMS[name], n, name) for name, n in share.forms.items()],
        "form_choices": FORMS.items(), "records": Paginator(held, SHOWN).get_page(query.get("page")),
        "waiting": event_selectors.pool_records(actor, one), "at": query.get("at", ""), "form": form,
        "edited": next((each.line for each in lines if each.line.pk == edited), None),
        "words": FORMS, "answers": duty_of(one.fonds_code, event_selectors.TASK), "writes": writes,
        "links": allows(actor, policies.LINK, fonds=one.fonds_code),
        "sees_all": whole is None or one.fonds_code in whole,
        "units": schemes.units(actor, closed=False)[:200] if writes else [],
        "history": audit.history(actor, ("major_event", one.pk)) if whole is None or one.fonds_code in whole else [],
    }  # fmt: skip


def view_event_form(actor: Actor, one: MajorEvent | None, given: Mapping[str, str] | None) -> dict[str, Any]:
    """The form of an event: empty, with what is written of one, or with what was typed."""
    return {
        "one": one, "given": given if given is not None else _given(one), "kinds": EVENT_KINDS.items(),
        "levels": LEVELS.items(), "fonds": list(all_fonds.listed_fonds(actor).filter(closed_on=None)[:500]),
    }  # fmt: skip


def view_finding(actor: Actor, one: MajorEvent, query: Mapping[str, str] | None) -> dict[str, Any]:
    """What a search for records of an event finds: how many, and the first of them. None shows the form alone."""
    asked = query is not None and any(query.get(name) for name in ("words", "first", "last", "fonds"))
    finding = read_finding(query).require_sound() if query is not None and asked else Finding.of(one)
    page: dict[str, Any] = {
        "one": one, "lines": policies.visible_lines(actor).filter(event=one).order_by("order"), "count": 0,
        "given": {
            "words": "、".join(finding.words), "first": str(finding.first or ""), "last": str(finding.last or ""),
            "fonds": finding.fonds,
        },
    }  # fmt: skip
    if query is None or not (asked or finding.words):
        return page
    items = linking.find_items(actor, one, finding)
    documents = linking.find_documents(actor, one, finding)
    count = items.count()
    return page | {
        "items": items[:SHOWN], "documents": documents[:SHOWN], "count": count + len(documents),
        "more": max(0, count - SHOWN) + max(0, len(documents) - SHOWN), "searched": True,
    }  # fmt: skip


def _given(one: MajorEvent | None) -> dict[str, Any]:
    if one is None:
        return {"kind": "meeting", "level": "county", "margin": 30}
    names = ("name", "kind", "level", "place", "organiser", "about", "margin")
    return {
        **{name: getattr(one, name) for name in names}, "fonds": one.fonds_code, "begins": one.begins.isoformat(),
        "ends": one.ends.isoformat(), "taking_part": "、".join(one.taking_part), "words": "、".join(one.words),
        "is_auto": "yes" if one.is_auto else "",
    }  # fmt: skip
