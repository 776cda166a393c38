"""Pages about jobs: what runs, what waits, what failed and why."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shicheng.audit import policies as audit
from shicheng.base.db import atomic
from shicheng.base.web import render_part
from shicheng.jobs import policies, registry, selectors, services
from shicheng.jobs.states import JOB
from shicheng.jobs.types import JobFilters, State
from shicheng.jobs.words import STATES
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows

PAGE = 50


@desk_page(policies.READ)
def jobs(request: HttpRequest) -> HttpResponse:
    """Jobs of one state or all, newest first."""
    actor = actor_of(request)
    filters, number = _filters(request)
    rows = selectors.jobs(actor, filters)
    counts = selectors.counts_by_state(actor)
    page = {
        "jobs": rows[:PAGE],
        "number": number,
        "has_next": len(rows) > PAGE,
        "states": [(state, STATES[state], counts[state]) for state in State],
        "total": sum(counts.values()),
        "filters": filters,
        "names": sorted(((name, str(registry.label(name))) for name in selectors.names(actor)), key=lambda one: one[1]),
        "troubled": counts[State.FAILED] + counts[State.DEAD],
        "is_moving": any(not row.is_finished for row in rows[:PAGE]),
        "may_cancel": allows(actor, policies.CANCEL),
        "may_retry": allows(actor, policies.RETRY),
        "schedules": selectors.schedules(actor),
        "workers": selectors.workers(actor),
        "may_switch": allows(actor, policies.SWITCH),
        "words": STATES,
    }
    return render_part(request, "jobs/jobs.html", "table", page)


@desk_page(policies.READ)
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job; htmx asks for its progress every second until it is finished."""
    row = selectors.job(actor_of(request), job_id)
    if row.is_finished and getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})  # buttons and result change with it
    page = {"job": row, "pace": row.pace(), "words": STATES, "moves": [move.verb for move in JOB.moves_from(row.state)]}
    return render_part(request, "jobs/job.html", "bar", page)


@desk_page(policies.READ, policies.CANCEL)
@require_POST
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Cancel a job and go back to it."""
    services.cancel(actor=actor_of(request), job=job_id)
    messages.success(request, _("The job is cancelled; what it finished before stays."))
    return redirect("jobs:job", job_id)


@desk_page(policies.READ, policies.RETRY)
@require_POST
def retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Run a job again and go to the one that runs."""
    row = services.retry(actor=actor_of(request), job=job_id)
    messages.success(request, _("The job waits to be run again."))
    return redirect("jobs:job", row.pk)


@desk_page(policies.READ, audit.PROVE)
@require_POST
def prove_log(request: HttpRequest) -> HttpResponse:
    """Verify the audit log by a job, and go to its progress."""
    from shicheng.jobs.work import prove_audit_log

    actor = actor_of(request)
    with atomic():
        row = services.enqueue(prove_audit_log, actor=actor, unique_key="audit:prove")
    return redirect("jobs:job", row.pk)


@desk_page(policies.READ, policies.SWITCH)
@require_POST
def switch_schedule(request: HttpRequest, name: str) -> HttpResponse:
    """Switch a schedule on or off."""
    services.switch_schedule(actor=actor_of(request), name=name, enabled=request.POST.get("enabled") == "yes")
    return redirect("jobs:jobs")


def _filters(request: HttpRequest) -> tuple[JobFilters, int]:
    """What the address asks for, and the number of the page."""
    text, state = request.GET.get("page", "1"), request.GET.get("state", "")
    number = max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
    known = state if state in list(State) else ""
    chosen = JobFilters(
        state=known,
        name=request.GET.get("name", ""),
        troubled=request.GET.get("troubled") == "yes",
        limit=PAGE + 1,
        offset=(number - 1) * PAGE,
    )  # one more than is shown tells whether there is a next page
    return chosen, number
