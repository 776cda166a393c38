"""The page of something that a job works on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shicheng.jobs import selectors as jobs
from shicheng.jobs.errors import JobMissing
from shicheng.jobs.models import Job
from shicheng.jobs.words import STATES as JOB_STATES
from shicheng.people.types import Actor


def answer_work(request: HttpRequest, template: str, page: dict[str, Any], *, state: str) -> HttpResponse:
    """Show the page; htmx, which asks every second, gets the bar alone, or is told to load the page again.

    It is, when the state is no more the one that the page shows (`seen`), or `page["job"]` is none or finished.
    """
    if not getattr(request, "htmx", False):
        return render(request, template, page)
    if request.GET.get("seen") != state or page["job"] is None or page["job"].is_finished:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "jobs/parts/bar.html", page)


def working(actor: Actor, job_id: Any, *, busy: bool) -> dict[str, Any]:
    """The job that works on something, with its pace, if the actor may see it."""
    found: Job | None = None
    if job_id is not None:
        try:
            found = jobs.job(actor, job_id)
        except JobMissing:
            found = None
    return {"job": found, "pace": found.pace() if found else None, "busy": busy, "words": JOB_STATES}
