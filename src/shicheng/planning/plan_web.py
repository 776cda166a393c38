"""Pages about plans of accessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.people.guards import actor_of, desk_page
from shicheng.planning import plans, policies, selectors, workbooks
from shicheng.planning.errors import BadPlan
from shicheng.planning.forms import read_ids, read_line
from shicheng.planning.importing import import_plan
from shicheng.planning.plan_viewing import line_values, view_plan, view_plans
from shicheng.planning.web import send
from shicheng.schemes.importing import received


@desk_page(policies.READ_PLANS)
@require_safe
def plan_list(request: HttpRequest) -> HttpResponse:
    """Plans of accessions by year."""
    return render(request, "planning/plans.html", view_plans(actor_of(request)))


@desk_page(policies.READ_PLANS, policies.WRITE_PLANS)
@require_POST
def begin_plan(request: HttpRequest) -> HttpResponse:
    """Begin the plan of a year."""
    actor, year = actor_of(request), request.POST.get("year", "")
    try:
        made = plans.begin_plan(
            actor=actor, year=int(year) if year.isdecimal() else 0, origin=request.POST.get("origin", "forecast")
        )
    except ShichengError as error:
        page = {**view_plans(actor), "problem": error, "asked": request.POST}
        return render(request, "planning/plans.html", page, status=error.http_status)
    messages.success(request, _("The plan for %(year)s is begun.") % {"year": made.year})
    return redirect("planning:plan", made.year)


@desk_page(policies.READ_PLANS)
@require_safe
def plan(request: HttpRequest, year: int) -> HttpResponse:
    """One plan: planned against actual, line by line; or as a workbook."""
    actor = actor_of(request)
    one = selectors.plan(actor, year)
    if request.GET.get("form") == "xlsx":
        content = workbooks.write_plan(one, list(selectors.lines(actor, year)))
        return send(content, f"{year}-接收计划.xlsx", workbooks.XLSX)
    return render(request, "planning/plan.html", view_plan(actor, one, request.GET.dict()))


@desk_page(policies.READ_PLANS, policies.WRITE_PLANS)
@require_http_methods(["GET", "POST"])
def plan_line(request: HttpRequest, year: int) -> HttpResponse:
    """Add a line to a draft, change one, or take one out."""
    actor, given = actor_of(request), request.POST
    one = selectors.plan(actor, year)
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    if one.state != "draft":
        raise plans.fixed(year)
    asked = read_ids([request.GET.get("line", "") or given.get("line", "")])
    line = selectors.lines(actor, year).filter(pk__in=asked).first() if asked else None
    problem: ShichengError | None = None
    if request.method == "POST":
        revision = int(given["revision"]) if given.get("revision", "").isdecimal() else None
        try:
            draft = None if given.get("act") == "remove" else read_line(given.dict())
            plans.write_line(
                actor=actor, year=year, draft=draft, instead_of=asked[0] if asked else None, revision=revision
            )
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("The plan is changed."))
            return redirect("planning:plan", year)
    page = {
        "plan": one, "line": line, "values": given if problem else line_values(line), "problem": problem,
        "faults": _faults(problem), "units": selectors.units(actor).filter(is_closed=False),
        "categories": list(CATEGORIES.items()), "terms": ("永久", "30年", "10年"), "quarters": (1, 2, 3, 4),
    }  # fmt: skip
    return render(request, "planning/line.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ_PLANS, policies.WRITE_PLANS)
@require_http_methods(["GET", "POST"])
def take_plan(request: HttpRequest, year: int) -> HttpResponse:
    """Take a workbook as the lines of a draft; with faults nothing is taken, and each is named."""
    actor = actor_of(request)
    one = selectors.plan(actor, year)
    policies.require_everywhere(actor, policies.WRITE_PLANS)
    page: dict[str, Any] = {"plan": one}
    status = 200
    if request.method == "POST":
        sent = request.FILES.get("table")
        try:
            with received(sent if isinstance(sent, UploadedFile) else None) as (path, name):
                import_plan(actor=actor, year=year, path=path, name=name)
        except ShichengError as error:
            page |= {"problem": error, "faults": _faults(error)}
            status = error.http_status
        else:
            messages.success(request, _("The lines of the workbook are the plan now."))
            return redirect("planning:plan", year)
    return render(request, "planning/take_plan.html", page, status=status)


@desk_page(policies.READ_PLANS, policies.WRITE_PLANS)
@require_POST
def submit_plan(request: HttpRequest, year: int) -> HttpResponse:
    """Ask for approval of a plan."""

    def act() -> str:
        made = plans.submit_plan(actor=actor_of(request), year=year, note=request.POST.get("note", ""))
        return _("Submitted as the request %(number)s.") % {"number": made.number}

    return _done(request, year, act)


@desk_page(policies.READ_PLANS, policies.WRITE_PLANS)
@require_POST
def count_plan(request: HttpRequest, year: int) -> HttpResponse:
    """Count what came for a plan now."""

    def act() -> str:
        plans.count_now(actor=actor_of(request), year=year)
        return _("What came is counted.")

    return _done(request, year, act)


@desk_page(policies.READ_PLANS, policies.WRITE_PLANS)
@require_POST
def close_plan(request: HttpRequest, year: int) -> HttpResponse:
    """Close the year of a plan and freeze its figures."""

    def act() -> str:
        plans.close_plan(actor=actor_of(request), year=year)
        return _("The plan is closed; its figures are frozen and stand in the log.")

    return _done(request, year, act)


def _done(request: HttpRequest, year: int, act: Callable[[], str]) -> HttpResponse:
    actor = actor_of(request)
    try:
        said = act()
    except ShichengError as error:
        page = {**view_plan(actor, selectors.plan(actor, year), {}), "problem": error}
        return render(request, "planning/plan.html", page, status=error.http_status)
    messages.success(request, said)
    return redirect("planning:plan", year)


def _faults(problem: ShichengError | None) -> list[Any]:
    return list(problem.faults) if isinstance(problem, BadPlan) else []
