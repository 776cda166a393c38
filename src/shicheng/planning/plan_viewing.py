"""What the pages about plans of accessions show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from shicheng.approvals import selectors as approvals
from shicheng.audit import selectors as audit
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.quantities import BYTES_PER_GB
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.people.types import Actor
from shicheng.planning import policies, selectors
from shicheng.planning.figures import is_late, share
from shicheng.planning.models import Plan, PlanLine
from shicheng.planning.plans import SUBJECT
from shicheng.schemes.words import retention_label

STATES: dict[str, Message] = {
    "draft": _("draft"),
    "submitted": _("waits for approval"),
    "approved": _("approved"),
    "closed": _("closed for the year"),
}
ORDERS = {
    "order": lambda one: one.line.order,
    "unit": lambda one: (one.line.unit.code, one.line.order),
    "quarter": lambda one: (one.line.quarter, one.line.order),
    "done": lambda one: (one.done, one.line.order),
    "-items": lambda one: (-one.line.items, one.line.order),
}


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a plan with how much of it came."""

    line: PlanLine
    category: Message | str
    retention: str
    basis: Message | None
    done: int  # percent
    is_late: bool

    @property
    def bar(self) -> int:
        """Percent for a bar."""
        return min(100, self.done)


def view_plans(actor: Actor) -> dict[str, Any]:
    """Every plan with its sums, as far as the actor sees its lines."""
    sums = {
        row["plan"]: row
        for row in policies.visible_lines(actor).order_by().values("plan").annotate(
            lines=Count("pk"), planned=Sum("items"), came=Sum("came_items"), size=Sum("bytes"),
            came_size=Sum("came_bytes"), volumes=Sum("volumes"), came_volumes=Sum("came_volumes"),
        )
    }  # fmt: skip
    today = selectors.today()
    rows = []
    for one in selectors.plans(actor):
        got: dict[str, Any] = dict(sums.get(one.pk, {}))
        done = share((got.get("planned") or 0, got.get("volumes") or 0, got.get("size") or 0),
                     (got.get("came") or 0, got.get("came_volumes") or 0, got.get("came_size") or 0))  # fmt: skip
        rows.append((one, STATES[one.state], got, done if got else 0))
    years = {one.year for one, *_rest in rows}
    following = today.year + 1 if today.year in years else today.year
    return {
        "rows": rows, "following": following, "has_before": following - 1 in years,
        "may_begin": policies.everywhere(actor, policies.WRITE_PLANS),
    }  # fmt: skip


def view_plan(actor: Actor, plan: Plan, given: Mapping[str, str]) -> dict[str, Any]:
    """One plan: its lines with planned against actual, sums, what came unplanned, and what happened to it."""
    every = [shown_line(one, plan) for one in selectors.lines(actor, plan.year)]
    listed = [
        one for one in every
        if (not given.get("unit") or one.line.unit.code == given["unit"])
        and (not given.get("category") or one.line.category == given["category"])
        and (not given.get("quarter") or str(one.line.quarter) == given["quarter"])
        and (given.get("only") != "late" or one.is_late)
    ]  # fmt: skip
    listed.sort(key=ORDERS.get(given.get("order", ""), ORDERS["order"]))
    whole = policies.everywhere(actor, policies.READ_PLANS)
    may_write = policies.everywhere(actor, policies.WRITE_PLANS)
    return {
        "plan": plan, "state": STATES[plan.state], "listed": listed, "all_lines": len(every), "given": given,
        "sums": sums_of(listed), "late": sum(one.is_late for one in every),
        "unplanned": unplanned(actor, plan), "whole": whole,
        "units": sorted({one.line.unit.code: one.line.unit for one in every}.items()),
        "categories": sorted({one.line.category for one in every} - {""}), "quarters": (1, 2, 3, 4),
        "may_edit": may_write and plan.state == "draft", "may_count": may_write and plan.state != "closed",
        "may_close": may_write and plan.state == "approved",
        "asked": approvals.about(actor, (SUBJECT, str(plan.pk))).first(),
        "history": audit.history(actor, (SUBJECT, plan.pk)) if whole else [],
    }  # fmt: skip


def shown_line(one: PlanLine, plan: Plan) -> ShownLine:
    """A line with its words and its share."""
    done = share((one.items, one.volumes, one.bytes), (one.came_items, one.came_volumes, one.came_bytes))
    late = plan.state == "approved" and is_late(plan.year, one.quarter, done, selectors.today())
    return ShownLine(
        one, CATEGORIES.get(one.category, one.category), retention_label(one.retention),
        Message.from_json(one.basis) if one.basis else None, done, late,
    )  # fmt: skip


def sums_of(listed: list[ShownLine]) -> dict[str, int]:
    """The sums of some lines."""
    names = ("items", "volumes", "bytes", "came_items", "came_volumes", "came_bytes")
    sums = {name: sum(getattr(one.line, name) for one in listed) for name in names}
    done = share((sums["items"], sums["volumes"], sums["bytes"]),
                 (sums["came_items"], sums["came_volumes"], sums["came_bytes"]))  # fmt: skip
    return {**sums, "done": done if listed else 0, "bar": min(100, done) if listed else 0}


def unplanned(actor: Actor, plan: Plan) -> list[dict[str, Any]]:
    """What came and was in no line: of units the actor sees, and where no unit is known for who sees everything."""
    seen = set(selectors.units(actor).values_list("code", flat=True))
    whole = policies.everywhere(actor, policies.READ_PLANS)
    if not whole:
        seen = set(policies.visible_lines(actor).filter(plan=plan).values_list("unit__code", flat=True))
    return [
        {**one, "category_label": CATEGORIES.get(one["category"], one["category"]),
         "retention_label": retention_label(one["retention"])}
        for one in plan.unplanned if one["unit"] in seen or (whole and not one["unit"])
    ]  # fmt: skip


def line_values(one: PlanLine | None) -> dict[str, Any]:
    """A line as its form writes it."""
    if one is None:
        return {"quarter": 2}
    size = f"{one.bytes / BYTES_PER_GB:.6f}".rstrip("0").rstrip(".") if one.bytes else ""
    return {
        "unit": one.unit.code, "category": one.category, "retention": one.retention, "quarter": one.quarter,
        "items": one.items or "", "volumes": one.volumes or "", "gb": size, "note": one.note,
    }  # fmt: skip
