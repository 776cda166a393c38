"""The search page of the desk."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shicheng.base.web import render_part
from shicheng.holdings.policies import READ
from shicheng.people.guards import actor_of, desk_page
from shicheng.search.selectors import health
from shicheng.search.viewing import view_search
from shicheng.settings import current


@desk_page(READ)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Results for what was asked, as one types or as the address says."""
    index = current().index_path
    context = {"search": view_search(actor_of(request), request.GET, index), "index": health(index)}
    return render_part(request, "search/page.html", "results", context)
