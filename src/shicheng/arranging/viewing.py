"""What the pages of the pool show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shicheng.arranging import classifying, forming, numbering, policies, selectors, steps
from shicheng.arranging.collecting import loose_file
from shicheng.arranging.filing import lacks
from shicheng.arranging.forming_all import forming_now
from shicheng.arranging.grouping import find_doubles, propose_groups
from shicheng.arranging.models import PoolFile, PoolItem, UnitRule
from shicheng.arranging.parting import part_of
from shicheng.arranging.types import Plan, Proposal, Proposed
from shicheng.arranging.words import BATCHES, FILINGS, PARTS, RULES, STAGES
from shicheng.holdings import fonds as all_fonds
from shicheng.holdings.words import ElementName, retention_label
from shicheng.ingest import selectors as transfers
from shicheng.kernel.messages import Message
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.schemes import selectors as schemes

ITEMS: Final = 40
LEFT_OUT: Final = 400  # files shown
RETENTIONS: Final = ("Y", "D30", "D10")
_SHOWN_LINES: Final = 1000


@dataclass(frozen=True, slots=True)
class Suggested:
    """A proposed group with the files it names."""

    proposed: Proposed
    files: list[tuple[PoolFile, str]]

    @property
    def keys(self) -> str:
        """The ids of its files, as a form sends them."""
        return ",".join(str(key) for key in self.proposed.keys)


def frame(actor: Actor, fonds: str, year: int, here: str) -> dict[str, Any]:
    """What stands above every page of a pool: what it is, how far it is, the last step."""
    pool = selectors.pool(actor, fonds, year)
    tabs = [
        ("collect", _("Collect"), pool.loose + pool.arriving),
        ("items", _("Form items"), pool.formed + pool.classified + pool.numbered),
        ("classes", _("Classify"), pool.formed),
        ("numbers", _("Number them"), pool.classified),
        ("filing", _("File them"), pool.numbered),
    ]
    return {
        "pool": pool,
        "tabs": [
            (reverse(f"arranging:{name}", args=[fonds, year]), label, count, name == here)
            for name, label, count in tabs
        ],
        "here": here,
        "sees_fonds": policies.sees_fonds(actor, fonds),
        "may_arrange": policies.own_units(actor, policies.ARRANGE, fonds, year) != [],
        "last": steps.last_step(actor, fonds, year),
    }


def view_collect(actor: Actor, fonds: str, year: int) -> dict[str, Any]:
    """What came into the pool."""
    batches = list(selectors.batches(actor, fonds, year)[:50])
    own = policies.own_units(actor, policies.COLLECT, fonds, year)
    units = [(one.code, one.name) for one in schemes.units(actor, fonds=fonds, closed=False)]
    names = dict(units)
    return {
        **frame(actor, fonds, year, "collect"),
        "batches": batches,
        "is_moving": any(one.state == "arriving" for one in batches),
        "words": BATCHES,
        "units": units,
        "may_collect": own != [],
        "own_units": None if own is None else [(code, names.get(code, "")) for code in own],
    }


def view_items(actor: Actor, fonds: str, year: int, query: Mapping[str, str]) -> dict[str, Any]:
    """A part of the loose files with what is proposed of them, beside the items that are formed."""
    stage = query.get("stage", "") if query.get("stage") in STAGES else ""
    text = query.get("text", "").strip()[:200]
    part = part_of(actor, fonds, year, _number(query.get("part", "")))
    left_out = selectors.loose_files(actor, fonds, year, left_out=True).defer("text")
    by_key = {file.pk: file for file in part.rows}
    read = [loose_file(file) for file in part.rows]
    groups = [
        Suggested(one, [(by_key[key], str(PARTS[part])) for key, part in one.files]) for one in propose_groups(read)
    ]
    sure = [one for one in groups if one.proposed.is_sure]
    doubles = {key for keys in find_doubles(read) for key in keys[1:]}
    page: Page[PoolItem] = Paginator(
        selectors.pool_items(actor, fonds, year, stage=stage, text=text), ITEMS
    ).get_page(query.get("page"))  # fmt: skip
    return {
        **frame(actor, fonds, year, "items"),
        "part": part,
        "loose": part.rows,
        "left_out": list(left_out[:LEFT_OUT]),
        "doubles": doubles,
        "sure": sure,
        "sure_keys": ";".join(one.keys for one in sure),
        "maybe": [one for one in groups if not one.proposed.is_sure],
        "forming": forming_now(actor, fonds, year),
        "page": page,
        "parts": [(part.value, words) for part, words in PARTS.items()],
        "stages": list(STAGES.items()),
        "stage": stage,
        "text": text,
    }


def view_item(actor: Actor, key: UUID) -> dict[str, Any]:
    """One item of the pool with its files and the form that describes it."""
    item = selectors.pool_item(actor, key)
    files = list(item.files.select_related("batch").order_by("order", "path", "id"))
    row = schemes.filing_row(actor, item.scope_row) if item.scope_row else None
    framed = frame(actor, item.fonds.code, item.year, "items")
    is_open = item.state == "open"
    return {
        **framed,
        "may_edit": is_open and framed["may_arrange"],
        "may_number": is_open and policies.own_units(actor, policies.NUMBER, item.fonds.code, item.year) != [],
        "item": item,
        "files": files,
        "parts": [(part.value, words) for part, words in PARTS.items()],
        "elements": [(name, ElementName(name), item.elements.get(name, "")) for name in forming.ELEMENTS],
        "secrecies": ("公开", "限制", "秘密", "机密", "绝密"),
        "opennesses": ("未审核", "开放", "控制", "延期开放"),
        "row": row,
        "judged_by": [Message.from_json(one) for one in item.judged_by],
        "retention": retention_label(item.retention),
    }


def view_classes(actor: Actor, fonds: str, year: int, query: Mapping[str, str]) -> dict[str, Any]:
    """Items with the class they have, or the classes proposed for them."""
    stage = query.get("stage", "formed")
    stage = stage if stage in (*STAGES, "all") else "formed"
    listed = selectors.pool_items(actor, fonds, year, stage="" if stage == "all" else stage)
    listed = listed.prefetch_related(None)
    page: Page[PoolItem] = Paginator(listed, ITEMS).get_page(query.get("page"))
    rows = list(page.object_list)
    proposed = classifying.proposals(actor, fonds, rows)
    scope = schemes.filing_rows_by_id(
        actor, [one.row for each in proposed.values() for one in each if one.row] + [one.scope_row for one in rows]
    )
    departments = schemes.departments(actor, fonds=fonds)
    may_rule = policies.own_units(actor, policies.ARRANGE, fonds, year) is None
    return {
        **frame(actor, fonds, year, "classes"),
        "page": page,
        "rows": [
            (one, [_proposal(each, scope) for each in proposed[one.pk]], scope.get(one.scope_row)) for one in rows
        ],
        "stage": stage,
        "stages": [*STAGES.items(), ("all", _("all"))],
        "categories": list(CATEGORIES.items()),
        "departments": departments,
        "retentions": [(code, retention_label(code)) for code in RETENTIONS],
        "may_rule": may_rule,
        "rules": list(UnitRule.objects.filter(fonds__code=fonds)) if may_rule else [],
        "rule_kinds": list(RULES.items()),
        "rule_words": RULES,
    }


def view_numbers(actor: Actor, fonds: str, year: int, query: Mapping[str, str]) -> dict[str, Any]:
    """The codes that would be given."""
    template, again = query.get("template", ""), query.get("again") == "yes"
    may_number = policies.own_units(actor, policies.NUMBER, fonds, year) != []
    if not may_number:  # what would be given tells how many others there are
        waiting = selectors.pool_items(actor, fonds, year, stage="classified").prefetch_related(None)
        return {**frame(actor, fonds, year, "numbers"), "waiting": waiting[:_SHOWN_LINES], "may_number": False}
    plan: Plan = numbering.preview(actor, fonds, year, template=template, again=again)
    return {
        **frame(actor, fonds, year, "numbers"),
        "may_number": True,
        "plan": plan,
        "lines": plan.lines[:_SHOWN_LINES],
        "more": max(0, len(plan.lines) - _SHOWN_LINES),
        "template": template,
        "templates": [(one.name, one.example) for one in numbering.BY_ITEM],
        "again": again,
    }


def view_filing(actor: Actor, fonds: str, year: int) -> dict[str, Any]:
    """What is ready to be filed, and what became of what was filed."""
    ready = selectors.pool_items(actor, fonds, year, stage="numbered")
    incomplete = ready.prefetch_related(None).filter(Q(date="") | Q(title="")).count()
    filings = list(selectors.filings(actor, fonds, year)[:50])
    numbers = {one.number for one in filings if one.number}
    states = {one.number: one.state for one in transfers.transfers(actor).filter(number__in=numbers)}
    from shicheng.ingest.words import STATES

    framed = frame(actor, fonds, year, "filing")
    return {
        **framed,
        "ready": [(one, lacks(one)) for one in ready[:500]],
        "incomplete": incomplete,
        "complete": framed["pool"].numbered - incomplete,
        "filings": [
            (one, STATES.get(state, "") if one.state == "sent" else "", one.state == "sent" and state == "failed")
            for one in filings
            for state in (states.get(one.number, ""),)
        ],
        "words": FILINGS,
        "may_file": policies.own_units(actor, policies.FILE, fonds, year) != [],
        "may_see_transfers": allows(actor, "ingest.transfer.read", fonds=fonds),
        "home": all_fonds.named_fonds(fonds),
    }


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def _proposal(one: Proposal, scope: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "value": "|".join([one.category, one.department, one.retention, one.row]),
        "label": " · ".join(
            part for part in (one.category, one.department, retention_label(one.retention) if one.retention else "")
            if part
        ),
        "is_whole": bool(one.category and one.retention),
        "reasons": one.reasons,
        "row": scope.get(one.row),
    }  # fmt: skip


def keys_of(values: Sequence[str]) -> list[UUID]:
    """Ids as forms send them, several in one value with commas between; what is none is left out."""
    found = []
    for value in values:
        for text in value.split(","):
            try:
                found.append(UUID(text.strip()))
            except ValueError:
                continue
    return list(dict.fromkeys(found))
