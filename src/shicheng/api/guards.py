"""Who asks, and whether they may: each operation names its permissions, and those are all it can be used with."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest

from shicheng.api.errors import TokenNeeded, TokenRefused
from shicheng.kernel.messages import message as _
from shicheng.people.models import ApiToken
from shicheng.people.policies import require
from shicheng.people.services import ANONYMOUS
from shicheng.people.tokens import actor_of_token, find_token
from shicheng.people.types import Actor


class Token:
    """Guard of an operation: a token is needed, and its actor must have every one of the permissions."""

    openapi_security_schema: ClassVar[dict[str, str]] = {
        "type": "http",
        "scheme": "bearer",
        "description": "A token made with `shicheng token create`.",
    }

    def __init__(self, *permissions: str) -> None:
        self.permissions = permissions

    def __call__(self, request: HttpRequest) -> Actor:
        """Let the request in, or raise `TokenNeeded` or `NotPermitted`."""
        actor = actor_of(request)
        if not actor.is_known:
            raise TokenNeeded(
                _("This needs a token."),
                hint=_("Send the header “Authorization: Bearer …” with a token from an administrator."),
            )
        for permission in self.permissions:
            require(actor, permission)
        return actor


class Anyone:
    """Guard of an operation that is open to everyone; what it shows depends on who asks."""

    permissions: ClassVar[tuple[str, ...]] = ()

    def __call__(self, request: HttpRequest) -> Actor:
        """Let the request in."""
        return actor_of(request)


needs = Token
anyone = Anyone()


def read_token(request: HttpRequest) -> ApiToken | None:
    """The token a request shows, None if it shows none; raises `TokenRefused` for one that can't be used.

    A session of the desk counts for nothing here: a page of another site could use it unseen.
    """
    shown = request.headers.get("Authorization", "")
    if not shown:
        return None
    scheme, _space, secret = shown.partition(" ")
    token = find_token(secret.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise TokenRefused(
            _("The token is not known here, has expired or was revoked."),
            hint=_("Ask an administrator for a new one, and send it as “Authorization: Bearer …”."),
        )
    return token


def note_actor(request: HttpRequest, token: ApiToken | None) -> None:
    """Let the request act as the token says, or as anyone."""
    request.actor = actor_of_token(token) if token else ANONYMOUS  # type: ignore[attr-defined]  # as on pages


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the door
    return actor
