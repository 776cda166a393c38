"""Pages for everyone. Whoever looks, signed in or not, sees what anyone may see."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shicheng.access.front import view_front
from shicheng.base.web import render_part
from shicheng.describing import linking, names
from shicheng.holdings import answers, selectors
from shicheng.holdings.file_views import proxy_kind, require_file, require_picture, view_along, view_file
from shicheng.holdings.viewing import view_item
from shicheng.people.services import ANONYMOUS
from shicheng.schemes.fields import AUTHORITIES
from shicheng.search.viewing import view_search
from shicheng.settings import current

FACETS = ("fonds", "category", "department", "format")
PAGE = 20


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
    page["pieces"] = names.public_pieces(one, lambda key: reverse("access:name", args=[key]))
    return render(request, "access/record.html", page)


@require_safe
def name(request: HttpRequest, key: UUID) -> HttpResponse:
    """A body, place or subject, and the opened records that name it."""
    kept = names.public_authority(key)
    found = Paginator(linking.records(ANONYMOUS, kept), PAGE).get_page(request.GET.get("page"))
    others = kept.names.filter(is_main=False).order_by("name").values_list("name", flat=True)
    page = {"one": kept, "kind": AUTHORITIES[kept.kind], "others": others, "page": found}
    return render(request, "access/name.html", page)


@require_safe
def picture(request: HttpRequest, file_id: UUID, page: int) -> HttpResponseBase:
    """A page of a PDF or an image."""
    one = require_file(ANONYMOUS, file_id, "pages", "office")
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
def document(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """A PDF, or the PDF of an office document, for the viewer."""
    return answers.answer_document(request, require_file(ANONYMOUS, file_id, "pages", "office"), current())


@require_safe
def zoom(request: HttpRequest, file_id: UUID, page: int) -> HttpResponseBase:
    """What the viewer of large pictures has to know."""
    return answers.answer_zoom(require_picture(ANONYMOUS, file_id), page, current())


@require_safe
def tile(request: HttpRequest, file_id: UUID, page: int, level: int, column: int, row: int) -> HttpResponseBase:
    """One tile of a large picture."""
    one = require_picture(ANONYMOUS, file_id)
    return answers.answer_tile(one, page, (level, column, row), current())


@require_safe
def frame(request: HttpRequest, file_id: UUID, number: int) -> HttpResponseBase:
    """A picture from along a film."""
    return answers.answer_frame(require_file(ANONYMOUS, file_id, "video"), number, current())


@require_safe
def proxy(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """Sound or film in a form that browsers play."""
    one = require_file(ANONYMOUS, file_id, "audio", "video")
    return answers.answer_proxy(request, one, proxy_kind(one), current())


@require_safe
def waiting(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Tell a page that waits for a rendition whether to load again."""
    view = view_file(require_file(ANONYMOUS, file_id), request.GET, current())
    response = render(request, "holdings/parts/waiting.html", {"view": view, "door": "access"})
    if view.waiting is None:
        response.headers["HX-Refresh"] = "true"
    return response


@require_safe
def along(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """The waveform of a sound, or pictures from along a film."""
    one = require_file(ANONYMOUS, file_id, "audio", "video")
    return render(request, "holdings/parts/along.html", {"along": view_along(one, current()), "door": "access"})


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
