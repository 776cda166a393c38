"""What units should have filed by now, and plans of accessions."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Body, Path, Query, Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.planning import (
    BeginPlanIn,
    CameOut,
    ExplainedOut,
    ExplainIn,
    FindingOut,
    FindingPage,
    PlanLinesIn,
    PlanOut,
    ReminderOut,
    TermsIn,
    TermsOut,
    WatchOut,
    WatchRow,
    WholeFindingOut,
    WholePlanOut,
)
from shicheng.api.schemas.running import JobOut
from shicheng.api.schemas.schemes import NoteIn, RequestOut
from shicheng.api.schemas.transfers import ReasonIn
from shicheng.api.uploads import BODY, FileName, received_body
from shicheng.base.db import atomic
from shicheng.jobs import policies as job_policies
from shicheng.jobs import services as jobs
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.planning import expectations, explaining, plans, policies, reminding, selectors, viewing, workbooks
from shicheng.planning.importing import import_plan
from shicheng.planning.plan_viewing import unplanned
from shicheng.planning.work import watch_units
from shicheng.settings import current

router = Router(tags=["filing watch"])
plan_router = Router(tags=["plans of accessions"])
Code = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
Year = Annotated[int, Path(ge=1900, le=2200)]
FilingYear = Annotated[int | None, Query(ge=1000, le=9999, description="Filing year.")]
State = Literal["open", "explained", "settled", "all"]
Kind = Literal["", "calendar", "numbers", "meetings", "kinds"]


@router.get("", response=WatchOut, auth=needs(policies.READ))
def show_watch(request: HttpRequest, year: FilingYear = None, state: State = "open") -> WatchOut:
    """How much is missing by unit and kind, and what is overdue by unit and year with who answers for it."""
    actor = actor_of(request)
    counted = selectors.table(actor, {"year": str(year or ""), "state": state})
    rows = [WatchRow(unit=code, kinds=kinds) for code, kinds in sorted(counted.items())]
    return WatchOut(units=rows, overdue=[ReminderOut.of(one) for one in reminding.reminders(actor)])


@router.post("/look", response={202: JobOut}, auth=needs(policies.READ, policies.WATCH, job_policies.READ))
def look_now(request: HttpRequest, unit: Filter = "") -> Status[JobOut]:
    """Have every unit, or one, looked at now; it is done once a week by itself."""
    actor = actor_of(request)
    if unit:
        require(actor, policies.WATCH, fonds=selectors.unit(actor, unit).fonds_code)
    with atomic():
        key = f"planning.watch {actor.user_id or actor.name} {unit}"
        job = jobs.enqueue(watch_units, actor=actor, unique_key=key, unit=unit)
    return Status(202, JobOut.of(job))


@router.get("/findings", response=FindingPage, auth=needs(policies.READ))
def list_findings(
    request: HttpRequest, unit: Filter = "", kind: Kind = "", year: FilingYear = None, state: State = "open",
    duty: Filter = "", cursor: Cursor = "", limit: Limit = 50,
) -> FindingPage:  # fmt: skip
    """What is missing, what was due first; `duty` is the name of somebody who answers for filing."""
    given = {"unit": unit, "kind": kind, "year": str(year or ""), "state": state, "duty": duty}
    rows = selectors.findings(actor_of(request), given)
    name = f"findings {unit} {kind} {year} {state} {duty}"
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="due", down=False)
    return FindingPage(items=[FindingOut.of(one) for one in found], next=following)


@router.get("/findings/table", auth=needs(policies.READ), openapi_extra=binary(workbooks.XLSX, "text/csv"))
def fetch_findings(
    request: HttpRequest, unit: Filter = "", kind: Kind = "", year: FilingYear = None, state: State = "open",
    duty: Filter = "", form: Literal["csv", "xlsx"] = "xlsx",
) -> HttpResponse:  # fmt: skip
    """The same list as a workbook, or as csv."""
    given = {"unit": unit, "kind": kind, "year": str(year or ""), "state": state, "duty": duty}
    content = workbooks.write_findings(actor_of(request), given, form=form)
    return HttpResponse(content, content_type=workbooks.XLSX if form == "xlsx" else workbooks.CSV)


@router.get("/findings/{finding_id}", response=WholeFindingOut, auth=needs(policies.READ))
def show_finding(request: HttpRequest, finding_id: UUID) -> WholeFindingOut:
    """One thing that is missing, with the records its expectation rests on, as far as the caller may see them."""
    return _finding(actor_of(request), finding_id)


@router.post("/explain", response=ExplainedOut, auth=needs(policies.READ, policies.EXPLAIN))
def explain_findings(request: HttpRequest, body: Annotated[ExplainIn, Body()]) -> ExplainedOut:
    """Explain open findings: void, not for filing, kept elsewhere, or another reason; or only count them."""
    actor = actor_of(request)
    seen = explaining.preview(actor, keys=body.findings)
    done = seen.open
    if not body.preview:
        done = explaining.explain(actor=actor, why=body.why, reason=body.reason, keys=body.findings)
    return ExplainedOut(explained=done, missing=seen.missing, left=seen.left)


@router.post("/findings/{finding_id}/reopen", response=WholeFindingOut, auth=needs(policies.READ, policies.EXPLAIN))
def reopen_finding(request: HttpRequest, finding_id: UUID, body: Annotated[ReasonIn, Body()]) -> WholeFindingOut:
    """Take an explanation back."""
    explaining.reopen(actor=actor_of(request), key=finding_id, reason=body.reason)
    return _finding(actor_of(request), finding_id)


@router.get("/units/{code}", response=list[CameOut], auth=needs(policies.READ))
def show_what_came(request: HttpRequest, code: Code, year: FilingYear = None) -> list[CameOut]:
    """What came of a unit in a filing year (last year's if none is given) against what is due."""
    actor = actor_of(request)
    seen = viewing.view_unit(actor, selectors.unit(actor, code), year)
    whole = [seen["whole"]] if seen["whole"] else []
    lines = [line for block, rows in seen["blocks"] for line in (block, *rows) if line.klass or line.row_key]
    return [CameOut.of(one) for one in (*whole, *lines)]


@router.get("/units/{code}/notice", auth=needs(policies.READ), openapi_extra=binary(workbooks.XLSX))
def fetch_notice(request: HttpRequest, code: Code) -> HttpResponse:
    """The reminder to a unit as a workbook: what is overdue, line by line, with room for answers."""
    actor = actor_of(request)
    unit = selectors.unit(actor, code)
    content = workbooks.write_notice(actor, unit, reminding.reminders(actor, unit=code))
    return HttpResponse(content, content_type=workbooks.XLSX)


@router.get("/terms", response=TermsOut, auth=needs(policies.READ))
def show_terms(request: HttpRequest, unit: Filter = "") -> TermsOut:
    """What is expected of every unit, or of one."""
    return _terms(actor_of(request), unit)


@router.put("/terms", response=TermsOut, auth=needs(policies.READ, policies.SET_TERMS))
def put_terms(request: HttpRequest, body: Annotated[TermsIn, Body()], unit: Filter = "") -> TermsOut:
    """Set what is expected of every unit, or of one; what is not named holds as before it."""
    expectations.set_terms(actor=actor_of(request), unit=unit, change=body.change)
    return _terms(actor_of(request), unit)


@plan_router.get("", response=list[PlanOut], auth=needs(policies.READ_PLANS))
def list_plans(request: HttpRequest) -> list[PlanOut]:
    """Plans of accessions, the newest year first."""
    return [PlanOut.of(one) for one in selectors.plans(actor_of(request))]


@plan_router.post("", response={201: WholePlanOut}, auth=needs(policies.READ_PLANS, policies.WRITE_PLANS))
def begin_plan(request: HttpRequest, body: Annotated[BeginPlanIn, Body()]) -> Status[WholePlanOut]:
    """Begin the plan of a year: from a forecast, as a copy of the plan of the year before, or empty."""
    actor = actor_of(request)
    plans.begin_plan(actor=actor, year=body.year, origin=body.origin)
    return Status(201, _plan(actor, body.year))


@plan_router.get("/{year}", response=WholePlanOut, auth=needs(policies.READ_PLANS))
def show_plan(request: HttpRequest, year: Year) -> WholePlanOut:
    """One plan: planned against actual, line by line, as far as the caller may see the units."""
    return _plan(actor_of(request), year)


@plan_router.put("/{year}/lines", response=WholePlanOut, auth=needs(policies.READ_PLANS, policies.WRITE_PLANS))
def put_plan_lines(request: HttpRequest, year: Year, body: Annotated[PlanLinesIn, Body()]) -> WholePlanOut:
    """Let the draft of a plan have these lines and no others; nothing is written if one is faulty."""
    actor = actor_of(request)
    drafts = [one.draft() for one in body.lines]
    plans.write_lines(actor=actor, year=year, drafts=drafts, revision=body.revision)
    return _plan(actor, year)


@plan_router.get("/{year}/workbook", auth=needs(policies.READ_PLANS), openapi_extra=binary(workbooks.XLSX))
def fetch_plan(request: HttpRequest, year: Year) -> HttpResponse:
    """A plan as a workbook with what came."""
    actor = actor_of(request)
    plan = selectors.plan(actor, year)
    return HttpResponse(workbooks.write_plan(plan, list(selectors.lines(actor, year))), content_type=workbooks.XLSX)


@plan_router.post(
    "/{year}/workbook", response=WholePlanOut, auth=needs(policies.READ_PLANS, policies.WRITE_PLANS),
    openapi_extra=BODY,
)  # fmt: skip
def take_plan(request: HttpRequest, year: Year, name: FileName) -> WholePlanOut:
    """Take a workbook, the body of the request, as the lines of a draft; with faults nothing is taken."""
    actor = actor_of(request)
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    with received_body(request, name=name, settings=current()) as path:
        import_plan(actor=actor, year=year, path=path, name=name)
    return _plan(actor, year)


@plan_router.post("/{year}/submit", response={201: RequestOut}, auth=needs(policies.READ_PLANS, policies.WRITE_PLANS))
def submit_plan(request: HttpRequest, year: Year, body: Annotated[NoteIn, Body()]) -> Status[RequestOut]:
    """Ask for approval of a plan; somebody else decides."""
    return Status(201, RequestOut.of(plans.submit_plan(actor=actor_of(request), year=year, note=body.note)))


@plan_router.post("/{year}/count", response=WholePlanOut, auth=needs(policies.READ_PLANS, policies.WRITE_PLANS))
def count_plan(request: HttpRequest, year: Year) -> WholePlanOut:
    """Count what came for a plan now; a job does it once a day."""
    plans.count_now(actor=actor_of(request), year=year)
    return _plan(actor_of(request), year)


@plan_router.post("/{year}/close", response=WholePlanOut, auth=needs(policies.READ_PLANS, policies.WRITE_PLANS))
def close_plan(request: HttpRequest, year: Year) -> WholePlanOut:
    """Close the year of a plan: its figures are frozen and stand in the log with their digest."""
    plans.close_plan(actor=actor_of(request), year=year)
    return _plan(actor_of(request), year)


def _finding(actor: Actor, finding_id: UUID) -> WholeFindingOut:
    one = selectors.finding(actor, finding_id)
    records = viewing.view_finding(actor, one)["records"]
    return WholeFindingOut.whole(one, [each.reference_code for each in records])


def _terms(actor: Actor, code: str) -> TermsOut:
    unit = selectors.unit(actor, code) if code else None
    seen = viewing.view_terms(unit)
    return TermsOut(terms=seen["terms"].to_json(), changed=seen["changed"])


def _plan(actor: Actor, year: int) -> WholePlanOut:
    plan = selectors.plan(actor, year)
    return WholePlanOut.whole(plan, list(selectors.lines(actor, year)), unplanned(actor, plan))
