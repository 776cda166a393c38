"""Puts the actor on each request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from shicheng.people.emergencies import note_use
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

        found: list[Actor] = []

        def remember() -> Actor:
            found.append(find())
            return found[-1]

        request.actor = SimpleLazyObject(remember)  # type: ignore[attr-defined]  # read by views and templates
        response = self.get_response(request)
        # The door of the API puts the actor of a token there.
        actor = request.actor if type(request.actor) is Actor else found[-1] if found else None  # type: ignore[attr-defined]  # as above
        if actor is not None and actor.emergency_id:
            note_use(actor, method=request.method or "", address=request.path)
        return response
