"""Writing plans of accessions: beginning, writing lines, submitting, closing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from shicheng.approvals import services as approvals
from shicheng.approvals.models import ApprovalRequest
from shicheng.approvals.types import Asked
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.jobs.services import enqueue
from shicheng.jobs.work import sign_audit_head
from shicheng.kernel import clock
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.digests import digest_bytes
from shicheng.kernel.messages import message as _
from shicheng.kernel.retention import RetentionError, parse_retention
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.planning import events, policies, selectors
from shicheng.planning.counting import count_plan
from shicheng.planning.errors import BadPlan, PlanChangedMeanwhile, PlanFixed, PlanThere
from shicheng.planning.forecasting import forecast
from shicheng.planning.models import Plan, PlanLine
from shicheng.planning.states import PLAN
from shicheng.planning.types import QUARTERS, Draft, LineFault
from shicheng.schemes.models import Unit

SUBJECT: Final = "accession_plan"
REQUEST: Final = "planning.plan"
ORIGINS: Final = ("forecast", "copy", "empty", "workbook")
MOST_LINES: Final = 5000
_LARGEST: Final = 2**31 - 1
_LARGEST_BYTES: Final = 2**60


def begin_plan(*, actor: Actor, year: int, origin: str = "forecast") -> Plan:
    """Begin a year's plan: from a forecast, as a copy of the plan of the year before, or empty. Raises `PlanThere`."""
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    if not 1900 <= year <= 2200 or origin not in ORIGINS:
        raise BadPlan(_("A plan is for a year such as 2027."), hint=_("Give the year, and what to begin from."))
    if origin == "copy":
        before = selectors.plan(actor, year - 1)
        drafts = [draft_of(one) for one in before.lines.select_related("unit").order_by("order")]
    else:
        drafts = forecast(year) if origin == "forecast" else []
    with atomic():
        if Plan.objects.filter(year=year).exists():
            raise PlanThere(
                _("There is a plan of accessions for %(year)s already.", year=year), hint=_("Go on with that one.")
            )
        plan = Plan.objects.create(year=year, origin=origin, made_by=actor.name[:200], made_at=clock.now())
        _write(plan, drafts, {one.code: one for one in Unit.objects.filter(code__in={one.unit for one in drafts})})
        audit.append(
            actor, events.PLAN_BEGUN, (SUBJECT, plan.pk), {"year": year, "origin": origin, "lines": len(drafts)}
        )
    return plan


def write_lines(
    *, actor: Actor, year: int, drafts: Sequence[Draft], revision: int | None = None, note: str | None = None
) -> Plan:
    """Let the draft of a plan have these lines and no others. Raises `BadPlan` with every fault, and nothing is
    written; `PlanFixed`, `PlanChangedMeanwhile`.
    """
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    cleaned, units = check_lines(actor, drafts)
    with atomic():
        plan = _locked(actor, year, revision)
        if note is not None:
            plan.note = note.strip()[:5000]
        old = [draft_of(one) for one in plan.lines.select_related("unit").order_by("order")]
        if old != cleaned or note is not None:
            _write(plan, cleaned, units)
            _bump(actor, plan, len(cleaned))
    return plan


def write_line(
    *, actor: Actor, year: int, draft: Draft | None, instead_of: UUID | None = None, revision: int | None = None
) -> Plan:
    """Add a line, write it instead of another, or take that one out with None. Raises as `write_lines`."""
    lines = list(selectors.lines(actor, year))
    drafts = [draft_of(one) for one in lines]
    places = {one.pk: place for place, one in enumerate(lines)}
    if instead_of is not None and instead_of not in places:
        raise PlanChangedMeanwhile(_("The plan has this line no more."), hint=_("Look at the plan again."))
    if instead_of is None and draft is not None:
        drafts.append(draft)
    elif instead_of is not None and draft is not None:
        drafts[places[instead_of]] = draft
    elif instead_of is not None:
        del drafts[places[instead_of]]
    plan = selectors.plan(actor, year)
    return write_lines(actor=actor, year=year, drafts=drafts, revision=plan.revision if revision is None else revision)


def submit_plan(*, actor: Actor, year: int, note: str = "", revision: int | None = None) -> ApprovalRequest:
    """Ask for approval of a plan. Raises `BadPlan` for an empty one."""
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    with atomic():
        plan = _locked(actor, year, revision)
        count = plan.lines.count()
        if not count:
            raise BadPlan(_("The plan has no line."), hint=_("Write what is expected first."))
        plan.state = PLAN.next(plan.state, "submit")
        plan.save(update_fields=["state"])
        title = _("Plan of accessions for %(year)s: %(lines)s lines", year=year, lines=count)
        asked = Asked(REQUEST, (SUBJECT, str(plan.pk)), title, "", {"year": year}, note)
        request = approvals.ask(actor=actor, asked=asked)
        details = {"year": year, "request": request.number}
        audit.append(actor, events.PLAN_SUBMITTED, (SUBJECT, plan.pk), details)
    return request


def count_now(*, actor: Actor, year: int) -> Plan:
    """Count what came for a plan now, rather than when the job does."""
    require(actor, policies.WRITE_PLANS)
    plan = selectors.plan(actor, year)
    count_plan(plan)
    return selectors.plan(actor, year)


def close_plan(*, actor: Actor, year: int) -> Plan:
    """Close the year of a plan: its figures are counted once more and frozen.

    They stand whole in the log with their SM3 digest, and the end of the log is signed. Twice is once.
    """
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    plan = selectors.plan(actor, year)
    if plan.state == "closed":
        return plan
    PLAN.next(plan.state, "close")
    count_plan(plan)
    with atomic():
        plan = Plan.objects.select_for_update().get(pk=plan.pk)
        if plan.state == "closed":
            return plan
        plan.state = PLAN.next(plan.state, "close")
        figures = figures_of(plan)
        plan.digest = digest_bytes(canonical_json(figures), "sm3")
        plan.closed_by, plan.closed_at = actor.name[:200], clock.now()
        plan.save()
        details = {"year": year, "digest": plan.digest, "figures": figures}
        audit.append(actor, events.PLAN_CLOSED, (SUBJECT, plan.pk), details)
        enqueue(sign_audit_head, unique_key="planning.sign")
    return plan


def figures_of(plan: Plan) -> dict[str, Any]:
    """What a plan said and what came, as it is frozen."""
    lines = [
        {**lines_for_log(one), "came": [one.came_items, one.came_volumes, one.came_bytes]}
        for one in plan.lines.select_related("unit").order_by("order")
    ]
    counted = plan.counted_at.isoformat() if plan.counted_at else ""
    return {"year": plan.year, "counted": counted, "lines": lines, "unplanned": plan.unplanned}


def lines_for_log(one: PlanLine) -> dict[str, Any]:
    """A line as the log has it."""
    return {
        "unit": one.unit.code, "category": one.category, "retention": one.retention, "quarter": one.quarter,
        "planned": [one.items, one.volumes, one.bytes], "note": one.note,
    }  # fmt: skip


def draft_of(one: PlanLine) -> Draft:
    """A line as it is written."""
    return Draft(
        one.unit.code, one.category, one.retention, one.quarter, one.items, one.volumes, one.bytes, one.basis, one.note
    )


def check_lines(actor: Actor, drafts: Sequence[Draft]) -> tuple[list[Draft], dict[str, Unit]]:
    """The lines with terms as codes, and their units. Raises `BadPlan` with the faults of every line."""
    faults: list[LineFault] = []
    if len(drafts) > MOST_LINES:
        raise BadPlan(_("A plan has at most %(most)s lines.", most=MOST_LINES), hint=_("Plan by category."))
    known = selectors.units(actor).filter(code__in={one.unit for one in drafts})
    units = {one.code: one for one in known}
    cleaned, taken = [], set()
    for number, one in enumerate(drafts, start=1):
        retention = one.retention.strip()
        try:
            retention = parse_retention(retention).code if retention else ""
        except RetentionError as error:
            faults.append(LineFault(number, "retention", error.message))
        category = one.category.strip().upper()
        if one.unit not in units:
            faults.append(LineFault(number, "unit", _("There is no filing unit %(code)s here.", code=one.unit[:60])))
        if len(category) > 60 or not category.isprintable():
            faults.append(LineFault(number, "category", _("The category can't be kept.")))
        if one.quarter not in QUARTERS:
            faults.append(LineFault(number, "quarter", _("A quarter is 1, 2, 3 or 4.")))
        if not (0 <= one.items <= _LARGEST and 0 <= one.volumes <= _LARGEST and 0 <= one.bytes <= _LARGEST_BYTES):
            faults.append(LineFault(number, "items", _("The quantity is no number that can be meant.")))
        elif not (one.items or one.volumes or one.bytes):
            faults.append(LineFault(number, "items", _("The line says no quantity.")))
        place = (one.unit, category, retention, one.quarter)
        if place in taken:
            faults.append(LineFault(number, "unit", _("The same unit, category, retention and quarter stand twice.")))
        taken.add(place)
        note = " ".join(one.note.split())[:2000]
        cleaned.append(
            Draft(one.unit, category, retention, one.quarter, one.items, one.volumes, one.bytes, one.basis, note)
        )
    if faults:
        first = faults[0]
        raise BadPlan(
            _("%(count)s values can't be used; the first in line %(line)s: %(reason)s", count=len(faults),
              line=first.line, reason=first.reason),
            hint=_("Mend what is listed; nothing was written."), faults=faults,
        )  # fmt: skip
    return cleaned, units


def fixed(year: int) -> PlanFixed:
    """That a plan is no draft any more."""
    return PlanFixed(
        _("The plan for %(year)s was submitted; it does not change any more.", year=year),
        hint=_("Withdraw its request to go on writing."),
    )


def _locked(actor: Actor, year: int, revision: int | None) -> Plan:
    selectors.plan(actor, year)
    plan = Plan.objects.select_for_update().get(year=year)
    if plan.state != "draft":
        raise fixed(year)
    if revision is not None and revision != plan.revision:
        raise PlanChangedMeanwhile(
            _("Somebody changed the plan for %(year)s since you read it.", year=year),
            hint=_("Look at it again and make your change once more."),
        )
    return plan


def _write(plan: Plan, drafts: Sequence[Draft], units: dict[str, Unit]) -> None:
    plan.lines.all().delete()
    PlanLine.objects.bulk_create(
        (
            PlanLine(
                plan=plan, order=order, unit=units[one.unit], category=one.category, retention=one.retention,
                quarter=one.quarter, items=one.items, volumes=one.volumes, bytes=one.bytes, basis=one.basis,
                note=one.note,
            )
            for order, one in enumerate(drafts, start=1)
        ),
        batch_size=200,
    )  # fmt: skip


def _bump(actor: Actor, plan: Plan, lines: int) -> None:
    plan.revision += 1
    plan.save()
    details = {"year": plan.year, "lines": lines, "revision": plan.revision}
    audit.append(actor, events.PLAN_CHANGED, (SUBJECT, plan.pk), details)
