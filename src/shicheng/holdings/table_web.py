"""Pages of the table of items: the tree, the facets, the list, the views people keep of it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from shicheng.base.web import render_part
from shicheng.holdings import policies, table_views
from shicheng.holdings.browsing import COLUMNS, columns_of, filters_of, view_place, view_table
from shicheng.people.guards import actor_of, desk_page


@desk_page(policies.BROWSE)
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """The items at one place, in any order, narrowed by facets."""
    actor, query = actor_of(request), request.GET
    return render_part(
        request, "holdings/items.html", "table", {**view_table(actor, query), **view_place(actor, query)}
    )


@desk_page(policies.BROWSE)
@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Keep which columns this person wants and go back to the table."""
    chosen = [name for name in request.POST.getlist("column") if name in COLUMNS]
    table_views.choose_columns(actor=actor_of(request), columns=chosen)
    return _back(request, without=("columns",))


@desk_page(policies.BROWSE)
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the table as it is now under a name."""
    actor, query = actor_of(request), QueryDict(request.POST.get("query", "").removeprefix("?")[:4000])
    kept = table_views.save_view(
        actor=actor, name=request.POST.get("name", ""), filters=filters_of(query), columns=columns_of(actor, query),
        order=query.get("order", "code")[:20], shared=request.POST.get("shared") == "yes",
    )  # fmt: skip
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": kept.name})
    return _back(request)


@desk_page(policies.BROWSE)
@require_POST
def remove_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Remove a kept view; the records stay as they are."""
    table_views.forget_view(actor=actor_of(request), view=view_id)
    messages.success(request, _("The view is removed."))
    return _back(request, without=("view",))


def _back(request: HttpRequest, *, without: tuple[str, ...] = ()) -> HttpResponse:
    """Go back to the table as the form found it; the form gives the query part of its address."""
    given = parse_qs(request.POST.get("query", "").removeprefix("?")[:4000])
    query = urlencode({name: values for name, values in given.items() if name not in without}, doseq=True)
    return HttpResponseRedirect(reverse("holdings:items") + (f"?{query}" if query else ""))
