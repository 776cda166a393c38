"""The search page of the desk, searches people keep, and how to ask."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shicheng.base.web import render_part
from shicheng.holdings.policies import BROWSE
from shicheng.people.guards import actor_of, desk_page
from shicheng.search import saved
from shicheng.search.fields import FIELDS
from shicheng.search.naming import added_names
from shicheng.search.selectors import health
from shicheng.search.viewing import view_search
from shicheng.settings import current


@desk_page(BROWSE)
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Results for what was asked, as one types or as the address says; kept searches where nothing is asked yet."""
    index, actor = current().index_path, actor_of(request)
    context = {"search": view_search(actor, request.GET, index), "index": health(index)}
    if not request.GET and not getattr(request, "htmx", False):
        context["kept"] = saved.saved_searches(actor, index)
    return render_part(request, "search/page.html", "results", context)


@desk_page(BROWSE)
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """How to ask: the language of searching with examples."""
    fields = [(one.words[0], next((w for w in one.words if w.isascii()), "")) for one in FIELDS.values() if one.words]
    return render(request, "search/guide.html", {"fields": fields, "added": added_names()})


@desk_page(BROWSE)
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the present search under a name."""
    row = saved.save_search(
        actor=actor_of(request), name=request.POST.get("name", ""), address=request.POST.get("address", ""),
        index_path=current().index_path,
    )  # fmt: skip
    said = _("The search “%(name)s” is kept; you find it where you begin to search.")
    messages.success(request, said % {"name": row.name})
    return HttpResponseRedirect(f"{reverse('search:page')}?{row.address}")


@desk_page(BROWSE)
@require_POST
def look(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """Go to what a kept search finds; from now on only later records are new to it."""
    row = saved.look_at(actor=actor_of(request), search=search_id, index_path=current().index_path)
    return HttpResponseRedirect(f"{reverse('search:page')}?{row.address}")


@desk_page(BROWSE)
@require_POST
def forget(request: HttpRequest, search_id: UUID) -> HttpResponse:
    """Remove a kept search."""
    saved.forget_search(actor=actor_of(request), search=search_id)
    messages.success(request, _("The kept search is removed."))
    return HttpResponseRedirect(reverse("search:page"))
