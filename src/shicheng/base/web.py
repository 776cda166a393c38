"""Pages and answers that belong to no room: errors, health, language, whole page or part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shicheng import __version__


def render_part(
    request: HttpRequest, template: str, part: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render the whole page, or only `part` of it when htmx asks for that part.

    The part lies beside the page in `parts/`: `ingest/transfers.html`, part `table` is `ingest/parts/table.html`.
    """
    if getattr(request, "htmx", False) and not request.htmx.boosted:  # type: ignore[attr-defined]  # django-htmx
        folder, _slash, _name = template.rpartition("/")
        template = f"{folder}/parts/{part}.html"
    response = render(request, template, context, status=status)
    response.headers["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response


def error_page(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    message: str,
    hint: str = "",
    code: str = "",
    reasons: Sequence[str] = (),
) -> HttpResponse:
    """Answer with a page that names the thing, the reason and the next step."""
    context = {
        "title": title,
        "message": message,
        "hint": hint,
        "code": code,
        "reasons": reasons,
        "status": status,
        "number": getattr(request, "number", ""),
    }
    return HttpResponse(loader.render_to_string("base/error.html", context, request), status=status)


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Say that the web answers and its database can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "version": __version__})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language a reader chose and go back to where they were."""
    language = request.POST.get("language", "")
    target = request.POST.get("next") or reverse("access:home")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("access:home")
    response = HttpResponseRedirect(target)
    if check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 86400,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return error_page(
        request,
        status=400,
        title=_("The request can't be understood"),
        message=_("Something in the address or the form was not in the form it should have."),
        hint=_("Go back, reload the page and try once more."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return error_page(
        request,
        status=403,
        title=_("You may not do this"),
        message=_("Your account has no permission for this page."),
        hint=_("Ask an administrator of this archive for the role you need, or sign in as another user."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return error_page(
        request,
        status=404,
        title=_("There is nothing here"),
        message=_("No page or record has this address, or it is not open to you."),
        hint=_("Search for the record by its title or reference code."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with a number to give to the administrator and never a stack trace."""
    number = getattr(request, "number", "")
    return error_page(
        request,
        status=500,
        title=_("Something broke on our side"),
        message=_("The request was not carried out; nothing was changed halfway."),
        hint=_("Tell the administrator the number %(number)s.") % {"number": number},
    )
