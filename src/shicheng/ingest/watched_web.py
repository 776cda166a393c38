"""The page of the watched folder: what waits there, what was taken in, and what could not be, with the reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shicheng.ingest import policies, selectors, watching
from shicheng.ingest.words import WATCHED
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current

PAGE = 50


@desk_page(policies.READ)
@require_GET
def watched(request: HttpRequest) -> HttpResponse:
    """What lies in the watched folder."""
    found = Paginator(selectors.watched(actor_of(request)), PAGE).get_page(request.GET.get("page"))
    page = {"page": found, "words": WATCHED, "settings": current(), "is_there": watching.is_there(current())}
    return render(request, "ingest/watched.html", page)


@desk_page(policies.READ, policies.RECEIVE)
@require_POST
def try_again(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Try a batch again that could not be taken in."""
    row = watching.try_again(actor=actor_of(request), batch_id=batch)
    messages.success(request, _("%(path)s is being tried again.") % {"path": row.path})
    return redirect("ingest:watched")
