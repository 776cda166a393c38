"""Pages about what people may do: grants, duties, emergency powers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.people import duties, emergencies, granting, policies, selectors
from shicheng.people.explaining import limits_told
from shicheng.people.guards import actor_of, desk_page
from shicheng.people.models import Grant, User
from shicheng.people.policies import allows
from shicheng.people.power_forms import DutyForm, EmergencyForm, GrantForm
from shicheng.people.registry import find_permission
from shicheng.people.types import Actor
from shicheng.people.words import ROLE_LABELS
from shicheng.settings import current


@desk_page(policies.READ_GRANTS)
@require_http_methods(["GET", "POST"])
def grants(request: HttpRequest) -> HttpResponse:
    """Everyone's grants with their limits, and a form that gives one."""
    actor = actor_of(request)
    people = selectors.users_with_grants(actor)
    initial = {"user": request.GET.get("user", ""), "purpose": "work"}
    form = GrantForm(request.POST if request.method == "POST" else None, users=people, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            granting.give_grant(
                actor=actor, user_id=given["user"].pk, role=given["role"], limits=form.limits(), reason=given["reason"]
            )
        except ShichengError as error:
            form.add_error(None, f"{error.message} {error.hint or ''}")
        else:
            messages.success(request, _("The grant was given to %(name)s.") % {"name": given["user"]})
            return redirect("people:grants")
    page = {"form": form, "rows": _held(actor), "may_give": allows(actor, policies.GRANT)}
    return render(request, "people/grants.html", page, status=422 if form.errors else 200)


@desk_page(policies.READ_GRANTS, policies.GRANT)
@require_POST
def end_grant(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """End a grant."""
    granting.end_grant(actor=actor_of(request), grant_id=grant_id)
    messages.success(request, _("The grant is ended."))
    return redirect("people:grants")


@desk_page(policies.READ_DUTIES)
@require_http_methods(["GET", "POST"])
def duties_page(request: HttpRequest) -> HttpResponse:
    """Who answers for what, and a form that notes it."""
    actor = actor_of(request)
    form = DutyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        policies.require(actor, policies.ASSIGN_DUTIES)
    if form.is_valid():
        try:
            duties.assign_duty(actor=actor, **form.cleaned_data)
        except ShichengError as error:
            form.add_error(None, f"{error.message} {error.hint or ''}")
        else:
            messages.success(request, _("It is noted who answers."))
            return redirect("people:duties")
    held = duties.duties(actor)
    rows = [(one, duties.TASKS.get(one.task, ""), duties.PARTS.get(one.part, one.part)) for one in held]
    page = {"form": form, "rows": rows, "may_assign": allows(actor, policies.ASSIGN_DUTIES)}
    return render(request, "people/duties.html", page, status=422 if form.errors else 200)


@desk_page(policies.READ_DUTIES, policies.ASSIGN_DUTIES)
@require_POST
def end_duty(request: HttpRequest, duty_id: UUID) -> HttpResponse:
    """Note that somebody answers no longer."""
    duties.end_duty(actor=actor_of(request), duty_id=duty_id)
    messages.success(request, _("It is noted that they answer no longer."))
    return redirect("people:duties")


@desk_page(policies.ASK_EMERGENCY)
@require_http_methods(["GET", "POST"])
def emergencies_page(request: HttpRequest) -> HttpResponse:
    """Emergency powers that were asked for, and a form that asks for some."""
    actor, most = actor_of(request), current().emergency_hours
    form = EmergencyForm(request.POST if request.method == "POST" else None, most_hours=most)
    if form.is_valid():
        try:
            emergencies.ask_emergency(actor=actor, most_hours=most, **form.cleaned_data)
        except ShichengError as error:
            form.add_error(None, f"{error.message} {error.hint or ''}")
        else:
            messages.success(request, _("You asked for emergency powers. A security administrator must confirm them."))
            return redirect("people:emergencies")
    page = {"form": form, "rows": _asked(actor), "sees_all": allows(actor, policies.READ_EMERGENCIES)}
    return render(request, "people/emergencies.html", page, status=422 if form.errors else 200)


@desk_page(policies.CONFIRM_EMERGENCY)
@require_POST
def decide_emergency(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """Confirm or refuse what somebody asked for."""
    confirm = request.POST.get("confirm") == "yes"
    emergencies.decide_emergency(actor=actor_of(request), emergency_id=emergency_id, confirm=confirm)
    messages.success(request, _("The emergency powers are in force.") if confirm else _("They are refused."))
    return redirect("people:emergencies")


@desk_page(policies.ASK_EMERGENCY)
@require_POST
def end_emergency(request: HttpRequest, emergency_id: UUID) -> HttpResponse:
    """End emergency powers."""
    emergencies.end_emergency(actor=actor_of(request), emergency_id=emergency_id)
    messages.success(request, _("The emergency powers are ended."))
    return redirect("people:emergencies")


def _held(actor: Actor) -> list[tuple[User, list[dict[str, Any]]]]:
    now = clock.now()
    held = Grant.objects.filter(ended__isnull=True).order_by("created")
    return [
        (
            one,
            [
                {
                    "it": grant,
                    "role": ROLE_LABELS.get(grant.role, grant.role),
                    "limits": limits_told(grant),
                    "counts": grant.holds_at(now),
                }
                for grant in one.grants.all()
            ],
        )
        for one in selectors.users_with_grants(actor).prefetch_related(Prefetch("grants", held))
    ]


def _asked(actor: Actor) -> list[dict[str, Any]]:
    now = clock.now()
    confirms = allows(actor, policies.CONFIRM_EMERGENCY)
    return [
        {
            "it": one,
            "labels": [find_permission(code).label for code in one.permissions],
            "in_force": one.holds_at(now),
            "may_decide": confirms and one.decided is None and one.user_id != actor.user_id,
            "may_end": one.holds_at(now) and (confirms or one.user_id == actor.user_id),
        }
        for one in emergencies.emergencies(actor)[:200]
    ]
