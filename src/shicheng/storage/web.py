"""The health of the store."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from shicheng.base.db import atomic
from shicheng.jobs import services as jobs
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.policies import allows
from shicheng.settings import current
from shicheng.storage import policies, selectors
from shicheng.storage.errors import StorageError
from shicheng.storage.words import PROBLEMS
from shicheng.storage.work import verify_all


@desk_page(policies.READ)
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """What is kept, what was verified and what is damaged; a store that does not answer is said in words."""
    actor = actor_of(request)
    store, problem = None, None
    try:
        store = selectors.health(actor, current())
    except (StorageError, OSError) as error:
        problem = error
    page = {
        "store": store,
        "problem": problem,
        "damages": selectors.open_damages(actor)[:200],
        "runs": selectors.runs(actor)[:20],
        "last_run": selectors.runs(actor).first(),
        "growth": selectors.growth(actor),
        "may_verify": allows(actor, policies.VERIFY),
        "problems": PROBLEMS,
    }
    return render(request, "storage/health.html", page)


@desk_page(policies.READ, policies.VERIFY)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Start a verification of everything and go to its progress."""
    with atomic():
        job = jobs.enqueue(verify_all, actor=actor_of(request), unique_key="storage:verify")
    return redirect("jobs:job", job.pk)
