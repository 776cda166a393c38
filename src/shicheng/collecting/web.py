"""Pages of business systems: the list, one system, writing it down, its token, and one pushed document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.base.web import render_part
from shicheng.collecting import policies, pooling, selectors, systems, viewing
from shicheng.collecting.models import System
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current

_SPARE: Final = 2  # empty lines of a form


@desk_page(policies.READ)
@require_safe
def systems_list(request: HttpRequest) -> HttpResponse:
    """Business systems, how their pushes fare and whose token ends."""
    text = request.GET.get("text", "").strip()
    shown = viewing.view_systems(actor_of(request), text, current())
    return render_part(request, "collecting/systems.html", "systems", shown)


@desk_page(policies.READ)
@require_safe
def system(request: HttpRequest, code: str) -> HttpResponse:
    """One system: what it pushed, what failed and why, what waits, what is to be reconciled."""
    return render(request, "collecting/system.html", _system(request, code))


@desk_page(policies.READ, policies.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_system(request: HttpRequest) -> HttpResponse:
    """Write a new system down."""
    return _form(request, None)


@desk_page(policies.READ, policies.MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_system(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is written of a system."""
    return _form(request, selectors.system(actor_of(request), code))


@desk_page(policies.READ, policies.TOKEN)
@require_POST
def move_system(request: HttpRequest, code: str) -> HttpResponse:
    """Admit a system, have all it pushes be a trial, or stop it."""
    given = request.POST
    try:
        systems.move_system(
            actor=actor_of(request), code=code, verb=given.get("verb", ""), reason=given.get("reason", "")
        )
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, str(error))
    return redirect("collecting:system", code)


@desk_page(policies.READ, policies.TOKEN)
@require_POST
def give_token(request: HttpRequest, code: str) -> HttpResponse:
    """Give a system a new token and show it this once."""
    settings = current()
    try:
        token, secret = systems.give_token(actor=actor_of(request), code=code, days=settings.token_days)
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, str(error))
        return redirect("collecting:system", code)
    return render(request, "collecting/system.html", _system(request, code) | {"secret": secret, "made": token})


@desk_page(policies.READ, policies.READ_PUSHES)
@require_safe
def push(request: HttpRequest, push_id: UUID) -> HttpResponse:
    """One pushed document with its process, its files, its receipt."""
    actor = actor_of(request)
    return render(request, "collecting/push.html", viewing.view_push(actor, selectors.push(actor, push_id)))


@desk_page(policies.READ, policies.READ_PUSHES, policies.RETURN)
@require_POST
def return_push(request: HttpRequest, push_id: UUID) -> HttpResponse:
    """Give a document back to its system."""
    actor = actor_of(request)
    one = selectors.push(actor, push_id)
    try:
        pooling.return_push(actor=actor, push=one, reason=request.POST.get("reason", ""))
    except ShichengError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, str(error))
    else:
        messages.success(request, _("The document is returned; its system finds the reason with the receipt."))
    return redirect("collecting:push", push_id)


def _system(request: HttpRequest, code: str) -> dict[str, Any]:
    actor = actor_of(request)
    return viewing.view_system(
        actor, selectors.system(actor, code), current(), state=request.GET.get("state", ""),
        number=request.GET.get("page", ""),
    )  # fmt: skip


def _form(request: HttpRequest, one: System | None) -> HttpResponse:
    problem: ShichengError | None = None
    given, actor = request.POST, actor_of(request)
    contacts, kinds = _entries(given, "contact", systems.CONTACT), _entries(given, "kind", ("name", "row"))
    if request.method == "POST":
        try:
            made = systems.write_system(
                actor=actor, code=one.code if one else given.get("code", ""), name=given.get("name", ""),
                unit=one.unit if one else given.get("unit", ""), kind=given.get("kind", ""), contacts=contacts,
                keeper=given.get("keeper", ""), kinds=kinds, ceiling=given.get("ceiling", ""),
                outside=given.get("outside", ""), note=given.get("note", ""), is_new=one is None,
            )  # fmt: skip
        except ShichengError as error:
            if error.http_status == 403:
                raise
            problem = error
        else:
            messages.success(request, _("The business system %(code)s is written down.") % {"code": made.code})
            return redirect("collecting:system", made.code)
    values: dict[str, Any] = dict(given.items()) if problem else _values(one)
    page = viewing.view_form(actor, one, values) | {
        "problem": problem,
        "contacts": _lines(contacts if problem else one.contacts if one else []),
        "sent": _lines(kinds if problem else one.kinds if one else []),
    }
    return render(request, "collecting/system_form.html", page, status=problem.http_status if problem else 200)


def _values(one: System | None) -> dict[str, str]:
    if one is None:
        return {"kind": "oa", "outside": "take"}
    names = ("code", "name", "unit", "kind", "keeper", "ceiling", "outside", "note")
    return {name: getattr(one, name) for name in names}


def _entries(given: QueryDict, prefix: str, names: Sequence[str]) -> list[dict[str, str]]:
    """Lines of a form: each field is sent once a line."""
    columns = {name: given.getlist(f"{prefix}-{name}") for name in names}
    length = max((len(column) for column in columns.values()), default=0)
    return [
        {name: column[place] if place < len(column) else "" for name, column in columns.items()}
        for place in range(length)
    ]


def _lines(entries: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [*(one for one in entries if any(one.values())), *({} for _spare in range(_SPARE))]
