"""Pages for everyone. Whoever looks, signed in or not, sees what anyone may see."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from shicheng.access.front import view_front
from shicheng.base.web import render_part
from shicheng.holdings import answers, selectors
from shicheng.holdings.viewing import require_file, view_item
from shicheng.people.services import ANONYMOUS
from shicheng.search.viewing import view_search
from shicheng.settings import current

FACETS = ("fonds", "category", "department", "format")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One big search box, and what is open."""
    return render(request, "access/home.html", view_front(ANONYMOUS, current()))


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What was found among the opened records."""
    search = view_search(ANONYMOUS, request.GET, current().index_path, shown=FACETS)
    return render_part(request, "access/results.html", "results", {"search": search})


@require_safe
def record(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """One opened record: the document and its description."""
    one = selectors.item(ANONYMOUS, item_id)
    page = view_item(ANONYMOUS, one, request.GET, current())
    page["door"] = "access"
    return render(request, "access/record.html", page)


@require_safe
def picture(request: HttpRequest, file_id: UUID, page: int) -> HttpResponseBase:
    """A page of a PDF or an image."""
    one = require_file(ANONYMOUS, file_id, "pages")
    width = request.GET.get("width", "960")
    return answers.answer_picture(one, page, int(width) if width.isdecimal() and len(width) < 6 else 960, current())


@require_safe
def drawing(request: HttpRequest, file_id: UUID, page: int) -> HttpResponseBase:
    """A page of an OFD."""
    return answers.answer_drawing(require_file(ANONYMOUS, file_id, "drawing"), page, current())


@require_safe
def play(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Sound or film for the player."""
    return answers.answer_playing(request, require_file(ANONYMOUS, file_id, "audio", "video"), current())


@require_safe
def original(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The file as it came."""
    return answers.answer_original(request, require_file(ANONYMOUS, file_id), current())


@require_safe
def asking(request: HttpRequest) -> HttpResponse:
    """How to ask for a record that is not open."""
    return render(request, "access/asking.html", {"code": request.GET.get("code", "")[:200]})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Opened records may be found by search engines; results pages, files and the desk need not be crawled."""
    lines = ["User-agent: *", "Disallow: /desk/", "Disallow: /people/", "Disallow: /search", "Disallow: /files/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
