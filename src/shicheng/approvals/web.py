"""Pages about requests: what waits for me, all of them, one with its steps and the decision."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shicheng.approvals import policies, selectors, services
from shicheng.approvals.states import REQUEST
from shicheng.approvals.viewing import view_lines, view_request
from shicheng.approvals.words import STATES
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page

PAGE: Final = 50


@desk_page(policies.READ)
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What waits for this person, what is late, and every request they may see."""
    actor = actor_of(request)
    state = request.GET.get("state", "")
    counts = selectors.counts(actor)
    page = Paginator(selectors.requests(actor, state=state), PAGE).get_page(request.GET.get("page"))
    return render(request, "approvals/requests.html", {
        "waiting": view_lines(selectors.waiting_for(actor)[:PAGE]),
        "late": view_lines(selectors.overdue(actor)[:PAGE]),
        "lines": view_lines(page.object_list),
        "page": page,
        "states": [(code, STATES[code], counts[code]) for code in REQUEST.states if counts.get(code)],
        "state": state,
        "total": sum(counts.values()),
    })  # fmt: skip


@desk_page(policies.READ)
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """One request: what is asked, its steps, what was decided, and the decision if it waits for this person."""
    actor = actor_of(request)
    return render(request, "approvals/request.html", view_request(actor, selectors.request(actor, number)))


@desk_page(policies.READ)
@require_POST
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Approve or refuse the step that waits."""
    actor = actor_of(request)
    one = selectors.request(actor, number)
    step, reason = request.POST.get("step", ""), request.POST.get("reason", "")
    act = services.refuse_request if request.POST.get("verdict") == "refuse" else services.approve_request
    try:
        done = act(actor=actor, number=number, step=int(step) if step.isdecimal() else None, reason=reason)
    except ShichengError as error:
        page = {**view_request(actor, one), "problem": error, "reason": reason}
        return render(request, "approvals/request.html", page, status=error.http_status)
    messages.success(
        request, _("Your decision on %(number)s is kept: %(state)s.") % {"number": number, "state": STATES[done.state]}
    )
    return redirect("approvals:request", number)


@desk_page(policies.READ, policies.WITHDRAW)
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take one's own request back."""
    services.withdraw_request(actor=actor_of(request), number=number, reason=request.POST.get("reason", ""))
    messages.success(request, _("The request %(number)s is withdrawn.") % {"number": number})
    return redirect("approvals:request", number)
