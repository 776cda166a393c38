"""Who may open a page of the desk: everyone is turned away whom the page does not name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from shicheng.people import policies
from shicheng.people.types import Actor

View = Callable[..., HttpResponseBase]


def desk_page(*permissions: str) -> Callable[[View], View]:
    """Let only people in who may enter the desk and do everything named; send the unknown to the sign-in page."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = actor_of(request)
            if actor.kind == "anonymous":
                return _ask_to_sign_in(request)
            for permission in (policies.SIGN_IN, *permissions):
                policies.require(actor, permission)
            response = view(request, *args, **kwargs)
            # What the desk shows belongs to one person and must not be kept by the browser or a cache between.
            response.headers.setdefault("Cache-Control", "private, no-store")
            return response

        guarded.permissions = (policies.SIGN_IN, *permissions)  # type: ignore[attr-defined]  # what the page asks for
        return guarded

    return guard


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request, as the middleware worked it out."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    return actor


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    target = request.get_full_path() if request.method == "GET" else reverse("desk:home")
    if getattr(request, "htmx", False):
        target = request.htmx.current_url_abs_path or target  # type: ignore[attr-defined]  # django-htmx
    address = f"{reverse('people:sign_in')}?{urlencode({'next': target})}"
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
