"""What the viewer of files asks for beside their pages: documents, tiles, pictures from films, what is being made."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shicheng.holdings import answers, policies
from shicheng.holdings.file_views import proxy_kind, require_file, require_picture, view_along, view_file
from shicheng.people.guards import actor_of, desk_page
from shicheng.settings import current


@desk_page(policies.BROWSE)
@require_safe
def document(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """A PDF, or the PDF of an office document, for the viewer."""
    return answers.answer_document(request, require_file(actor_of(request), file_id, "pages", "office"), current())


@desk_page(policies.BROWSE)
@require_safe
def zoom(request: HttpRequest, file_id: UUID, page: int) -> HttpResponseBase:
    """What the viewer of large pictures has to know."""
    return answers.answer_zoom(require_picture(actor_of(request), file_id), page, current())


@desk_page(policies.BROWSE)
@require_safe
def tile(request: HttpRequest, file_id: UUID, page: int, level: int, column: int, row: int) -> HttpResponseBase:
    """One tile of a large picture."""
    one = require_picture(actor_of(request), file_id)
    return answers.answer_tile(one, page, (level, column, row), current())


@desk_page(policies.BROWSE)
@require_safe
def frame(request: HttpRequest, file_id: UUID, number: int) -> HttpResponseBase:
    """A picture from along a film."""
    return answers.answer_frame(require_file(actor_of(request), file_id, "video"), number, current())


@desk_page(policies.BROWSE)
@require_safe
def proxy(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Sound or film in a form that browsers play."""
    one = require_file(actor_of(request), file_id, "audio", "video")
    return answers.answer_proxy(request, one, proxy_kind(one), current())


@desk_page(policies.BROWSE)
@require_safe
def waiting(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Tell a page that waits for a rendition whether to load again."""
    view = view_file(require_file(actor_of(request), file_id), request.GET, current())
    response = render(request, "holdings/parts/waiting.html", {"view": view, "door": "holdings"})
    if view.waiting is None:
        response.headers["HX-Refresh"] = "true"
    return response


@desk_page(policies.BROWSE)
@require_safe
def along(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The waveform of a sound, or pictures from along a film."""
    one = require_file(actor_of(request), file_id, "audio", "video")
    return render(request, "holdings/parts/along.html", {"along": view_along(one, current()), "door": "holdings"})
