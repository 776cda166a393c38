"""The archive itself: whether it answers, who asks, and the description of this door."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from ninja import Router

from shicheng import __version__
from shicheng.api.guards import actor_of, anyone, needs
from shicheng.api.schemas.common import Json
from shicheng.api.schemas.running import HealthOut, MeOut
from shicheng.people import registry
from shicheng.people.policies import allows
from shicheng.settings import current

router = Router(tags=["archive"])


@router.get("/health", response=HealthOut, auth=anyone)
def show_health(request: HttpRequest) -> HealthOut:
    """Say that the archive answers and its database can be read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HealthOut(status="ok", version=__version__, archive=current().archive_name)


@router.get("/me", response=MeOut, auth=needs())
def show_me(request: HttpRequest) -> MeOut:
    """Who the token makes the caller, and what they may do."""
    actor = actor_of(request)
    return MeOut(
        kind=actor.kind,
        name=actor.name,
        roles=sorted(actor.roles),
        fonds=None if actor.fonds is None else sorted(actor.fonds),
        permissions=[one.code for one in registry.all_permissions() if allows(actor, one.code)],
    )


@router.get("/openapi.json", response=Json, auth=anyone)
def show_description(request: HttpRequest) -> JsonResponse:
    """This description of the API (OpenAPI 3.1)."""
    from shicheng.api.house import api

    return JsonResponse(api.get_openapi_schema())
