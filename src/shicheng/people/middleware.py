"""Puts the actor on each request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from shicheng.people.models import User
from shicheng.people.services import actor_for
from shicheng.people.signing.sessions import touch
from shicheng.people.types import Actor


class ActorMiddleware:
    """`request.actor` says who acts; worked out only when somebody asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def find() -> Actor:
            user = request.user
            if isinstance(user, User) and user.is_authenticated:
                touch(request)
            return actor_for(user if isinstance(user, User) and user.is_authenticated else None)

        request.actor = SimpleLazyObject(find)  # type: ignore[attr-defined]  # read by views and templates
        return self.get_response(request)
