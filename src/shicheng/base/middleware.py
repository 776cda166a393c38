"""What every request and answer gets: a number, a content policy, errors in plain words."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shicheng.base.web import error_page
from shicheng.kernel.errors import ShichengError

Answer = Callable[[HttpRequest], HttpResponse]

# Nothing on any page may come from another host; no inline scripts or styles.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'self'; frame-src 'self'; "
    "base-uri 'none'; manifest-src 'self'"
)


class RequestMarks:
    """Give each request a number that appears in the log and on error pages."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.number = secrets.token_hex(6)  # type: ignore[attr-defined]  # read by error pages
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request.number)  # type: ignore[attr-defined]  # set above
        response = self.get_response(request)
        response.headers["X-Request-Id"] = request.number  # type: ignore[attr-defined]  # set above
        return response


class ContentSecurity:
    """Send the content policy; a view may have set its own, stricter one."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("Content-Language", get_language() or "zh-hans")
        return response


class FriendlyErrors:
    """Turn our errors into pages that name the thing, the reason and the next step."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with a page for errors people can meet; leave the rest to the 500 page."""
        if not isinstance(error, ShichengError):
            structlog.get_logger().error("request.failed", path=request.path, exc_info=error)
            return None
        return error_page(
            request,
            status=error.http_status,
            title=_("This could not be done"),
            message=str(error.message),
            hint=str(error.hint) if error.hint else "",
            code=error.code,
            reasons=[str(one) for one in getattr(error, "reasons", ())],
        )
