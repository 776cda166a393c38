"""Pages about filing units."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shicheng.base.web import render_part
from shicheng.people.guards import actor_of, desk_page
from shicheng.schemes import policies, selectors

PAGE: Final = 50


@desk_page(policies.READ)
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Filing units, by code."""
    actor = actor_of(request)
    text = request.GET.get("text", "").strip()
    found = selectors.units(actor, text=text)
    page = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "text": text,
        "total": policies.visible(actor).count(),
    }
    return render_part(request, "schemes/units.html", "units", page)
