"""Pages about filing units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shicheng.base.web import render_part
from shicheng.kernel.errors import ShichengError
from shicheng.people.guards import actor_of, desk_page
from shicheng.schemes import policies, selectors
from shicheng.schemes import units as services
from shicheng.schemes.models import Unit
from shicheng.schemes.preset_files import presets
from shicheng.schemes.viewing import view_unit, view_units

PAGE: Final = 50
_SPARE: Final = 2  # empty lines of a form for further contacts or systems


@desk_page(policies.READ)
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Filing units with the table that is in force, and the presets to begin from."""
    actor = actor_of(request)
    text = request.GET.get("text", "").strip()
    page = Paginator(selectors.units(actor, text=text), PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "lines": view_units(list(page.object_list)),
        "text": text,
        "total": policies.visible(actor).count(),
        "presets": presets(),
    }
    return render_part(request, "schemes/units.html", "units", shown)


@desk_page(policies.READ)
@require_safe
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: who it is, and the versions of its table."""
    actor = actor_of(request)
    return render(request, "schemes/unit.html", view_unit(actor, selectors.unit(actor, code)))


@desk_page(policies.READ, policies.WRITE)
@require_http_methods(["GET", "POST"])
def new_unit(request: HttpRequest) -> HttpResponse:
    """Write a new unit down."""
    return _form(request, None)


@desk_page(policies.READ, policies.WRITE)
@require_http_methods(["GET", "POST"])
def edit_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is written of a unit."""
    return _form(request, selectors.unit(actor_of(request), code))


@desk_page(policies.READ, policies.WRITE)
@require_POST
def close_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Close a unit, or open it again."""
    closed = request.POST.get("closed") != "no"
    services.close_unit(actor=actor_of(request), code=code, closed=closed)
    messages.success(request, _("The unit is closed.") if closed else _("The unit is open again."))
    return redirect("schemes:unit", code)


def _form(request: HttpRequest, one: Unit | None) -> HttpResponse:
    problem: ShichengError | None = None
    given = request.POST
    if request.method == "POST":
        try:
            made = services.write_unit(
                actor=actor_of(request), code=one.code if one else given.get("code", ""), name=given.get("name", ""),
                fonds_code=given.get("fonds", ""), contacts=_entries(given, "contact", services.CONTACT),
                systems=_entries(given, "system", services.SYSTEM), note=given.get("note", ""), is_new=one is None,
            )  # fmt: skip
        except ShichengError as error:
            problem = error
        else:
            messages.success(request, _("The filing unit %(code)s is written down.") % {"code": made.code})
            return redirect("schemes:unit", made.code)
    page = {
        "unit": one,
        "problem": problem,
        "values": given if problem else _values(one),
        "contacts": _lines(_entries(given, "contact", services.CONTACT) if problem else one.contacts if one else []),
        "systems": _lines(_entries(given, "system", services.SYSTEM) if problem else one.systems if one else []),
    }
    return render(request, "schemes/unit_form.html", page, status=problem.http_status if problem else 200)


def _values(one: Unit | None) -> dict[str, str]:
    if one is None:
        return {}
    return {"code": one.code, "name": one.name, "fonds": one.fonds_code, "note": one.note}


def _entries(given: QueryDict, prefix: str, names: Sequence[str]) -> list[dict[str, str]]:
    """Lines of a form: each field is sent once a line."""
    columns = {name: given.getlist(f"{prefix}-{name}") for name in names}
    length = max((len(column) for column in columns.values()), default=0)
    return [
        {name: column[place] if place < len(column) else "" for name, column in columns.items()}
        for place in range(length)
    ]


def _lines(entries: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    filled = [entry for entry in entries if any(entry.values())]
    return [*filled, *({} for _spare in range(_SPARE))]
