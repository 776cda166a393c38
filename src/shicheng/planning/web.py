"""Pages about what units should have filed by now."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.base.db import atomic
from shicheng.base.web import render_part
from shicheng.jobs.services import enqueue
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import require
from shicheng.planning import expectations, explaining, policies, selectors, viewing, workbooks
from shicheng.planning.forms import read_ids, read_terms
from shicheng.planning.reminding import reminders
from shicheng.planning.terms import merged
from shicheng.planning.types import EXPLANATIONS
from shicheng.planning.work import watch_units

_FORMS: Final = {"csv": workbooks.CSV, "xlsx": workbooks.XLSX}


@desk_page(policies.READ)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Units and kinds of what is missing, in numbers."""
    query = request.GET
    page = viewing.view_overview(actor_of(request), viewing.given_of(query.dict()), query.get("page", ""))
    return render_part(request, "planning/overview.html", "units", page)


@desk_page(policies.READ)
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """The list of what is missing, or the same as a table to take along."""
    actor, query = actor_of(request), request.GET
    given, order = viewing.given_of(query.dict()), query.get("order", "due")
    if (form := query.get("form", "")) in _FORMS:
        return send(workbooks.write_findings(actor, given, order=order, form=form), f"missing.{form}", _FORMS[form])
    page = viewing.view_findings(actor, given, order, query.get("page", ""))
    return render_part(request, "planning/findings.html", "findings", page)


@desk_page(policies.READ)
@require_safe
def finding(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """One thing that is missing: why it is expected, what that rests on, and what happened to it."""
    actor = actor_of(request)
    one = selectors.finding(actor, finding_id)
    return render(request, "planning/finding.html", viewing.view_finding(actor, one))


@desk_page(policies.READ, policies.EXPLAIN)
@require_POST
def explain(request: HttpRequest) -> HttpResponse:
    """Show what an explanation would close; when that was seen, close it."""
    actor, given = actor_of(request), request.POST
    everything = given.get("which") == "all"
    filters = viewing.given_of(given.dict()) if everything else None
    keys = read_ids(given.getlist("finding"))
    why, reason = given.get("why", ""), given.get("reason", "").strip()
    problem: ShichengError | None = None
    if given.get("confirmed") == "yes":
        try:
            done = explaining.explain(actor=actor, why=why, reason=reason, keys=keys, given=filters)
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("Explained: %(count)s.") % {"count": done})
            if len(keys) == 1 and not given.get("back"):
                return redirect("planning:finding", keys[0])
            return redirect(_back(given.get("back", "")))
    seen = explaining.preview(actor, keys=keys, given=filters)
    page = {
        "preview": seen, "keys": [str(key) for key in keys] if not everything else [], "everything": everything,
        "filters": filters or {}, "why": why, "reason": reason, "explanations": list(EXPLANATIONS.items()),
        "back": given.get("back", ""), "problem": problem,
    }  # fmt: skip
    return render(request, "planning/explain.html", page, status=problem.http_status if problem else 200)


@desk_page(policies.READ, policies.EXPLAIN)
@require_POST
def reopen(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Take an explanation back."""
    actor = actor_of(request)
    try:
        explaining.reopen(actor=actor, key=finding_id, reason=request.POST.get("reason", ""))
    except ShichengError as error:
        page = {**viewing.view_finding(actor, selectors.finding(actor, finding_id)), "problem": error}
        return render(request, "planning/finding.html", page, status=error.http_status)
    messages.success(request, _("The explanation is taken back; it is missing again."))
    return redirect("planning:finding", finding_id)


@desk_page(policies.READ, policies.WATCH)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Have every unit, or one, looked at now."""
    actor, code = actor_of(request), request.POST.get("unit", "")
    if code:
        require(actor, policies.WATCH, fonds=selectors.unit(actor, code).fonds_code)
    with atomic():
        job = enqueue(watch_units, actor=actor, unique_key=f"planning.watch {actor.user_id} {code}", unit=code)
    return redirect("jobs:job", job.pk)


@desk_page(policies.READ)
@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: what came against what was due, what is missing, who answers."""
    actor, year = actor_of(request), request.GET.get("year", "")
    chosen = int(year) if year.isdecimal() and len(year) == 4 else None
    return render(request, "planning/unit.html", viewing.view_unit(actor, selectors.unit(actor, code), chosen))


@desk_page(policies.READ)
@require_safe
def notice(request: HttpRequest, code: str) -> HttpResponse:
    """The reminder to a unit, to be printed, or as a workbook."""
    actor = actor_of(request)
    one = selectors.unit(actor, code)
    if request.GET.get("form") == "xlsx":
        content = workbooks.write_notice(actor, one, reminders(actor, unit=code))
        return send(content, f"{code}-催归通知.xlsx", workbooks.XLSX)
    return render(request, "planning/notice.html", viewing.view_notice(actor, one))


@desk_page(policies.READ, policies.SET_TERMS)
@require_http_methods(["GET", "POST"])
def general_terms(request: HttpRequest) -> HttpResponse:
    """What is expected of every unit; who reaches only some fonds reads it."""
    return _terms(request, "")


@desk_page(policies.READ, policies.SET_TERMS)
@require_http_methods(["GET", "POST"])
def unit_terms(request: HttpRequest, code: str) -> HttpResponse:
    """What is expected of one unit."""
    actor = actor_of(request)
    require(actor, policies.SET_TERMS, fonds=selectors.unit(actor, code).fonds_code)
    return _terms(request, code)


def _terms(request: HttpRequest, code: str) -> HttpResponse:
    actor = actor_of(request)
    one = selectors.unit(actor, code) if code else None
    problem: ShichengError | None = None
    if request.method == "POST":
        try:
            above = expectations.general_terms() if code else merged()
            change = {} if request.POST.get("act") == "reset" else read_terms(request.POST.dict(), above)
            expectations.set_terms(actor=actor, unit=code, change=change)
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("What is expected is set; the next look goes by it."))
            return redirect("planning:unit", code) if code else redirect("planning:overview")
    page: dict[str, Any] = {**viewing.view_terms(one), "problem": problem}
    page["may_save"] = one is not None or policies.everywhere(actor, policies.SET_TERMS)
    if problem:
        page["values"] = request.POST
    return render(request, "planning/terms.html", page, status=problem.http_status if problem else 200)


def send(content: bytes, name: str, kind: str) -> HttpResponse:
    """Answer with a file under a name."""
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


def _back(address: str) -> str:
    """The list somebody came from; only the query of an address is taken over."""
    from django.urls import reverse

    query = address.partition("?")[2] if "?" in address else ""
    return reverse("planning:findings") + (f"?{query[:2000]}" if query else "")
