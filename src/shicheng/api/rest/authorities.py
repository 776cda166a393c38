"""Authorities: persons, bodies, places and subjects under their right names, and the records that name them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Query, Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.describing import (
    AuthorityChange,
    AuthorityOut,
    AuthorityPage,
    Kind,
    MergeIn,
    NamedPage,
    NamedRecord,
    NamesOut,
    NewAuthority,
    UndoIn,
)
from shicheng.describing import authorities, linking, policies
from shicheng.holdings import policies as holdings

router = Router(tags=["authorities"])
_read, _keep = needs(policies.READ_AUTHORITIES), needs(policies.READ_AUTHORITIES, policies.KEEP_AUTHORITIES)


@router.get("", response=AuthorityPage, auth=_read)
def list_authorities(
    request: HttpRequest,
    kind: Annotated[Kind | None, Query()] = None,
    text: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> AuthorityPage:
    """Authorities in use by name: of one kind or all, whose name or a variant holds a text."""
    rows = authorities.authorities(actor_of(request), kind=kind or "", text=text).prefetch_related("names")
    name = f"authorities {kind} {text}"
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="name", down=False)
    return AuthorityPage(items=[AuthorityOut.of(one) for one in found], next=following)


@router.post("", response={201: AuthorityOut}, auth=_keep)
def add_authority(request: HttpRequest, body: Annotated[NewAuthority, Body()]) -> Any:
    """Write an authority down. Records that use one of its names are linked with it by a job."""
    made = authorities.save_authority(actor=actor_of(request), **body.model_dump())
    return Status(201, AuthorityOut.of(made))


@router.get("/suggestions", response=NamesOut, auth=_read)
def suggest_authorities(request: HttpRequest, text: Filter, kind: Annotated[Kind | None, Query()] = None) -> NamesOut:
    """Right names of authorities one of whose names begins with a text, then of those that hold it."""
    return NamesOut(names=authorities.suggest(actor_of(request), kind or "", text))


@router.get("/{key}", response=AuthorityOut, auth=_read)
def show_authority(request: HttpRequest, key: UUID) -> AuthorityOut:
    """One authority, also one that was merged into another."""
    return AuthorityOut.of(authorities.authority(actor_of(request), key))


@router.put("/{key}", response=AuthorityOut, auth=_keep)
def change_authority(request: HttpRequest, key: UUID, body: Annotated[AuthorityChange, Body()]) -> AuthorityOut:
    """Change an authority as a whole. 422 if it was changed since `revision`."""
    actor = actor_of(request)
    kept = authorities.authority(actor, key)
    return AuthorityOut.of(authorities.save_authority(actor=actor, kind=kept.kind, key=key, **body.model_dump()))


@router.get("/{key}/records", response=NamedPage, auth=needs(policies.READ_AUTHORITIES, holdings.READ))
def list_authority_records(request: HttpRequest, key: UUID, cursor: Cursor = "", limit: Limit = 50) -> NamedPage:
    """The records that name an authority by any of its names, as far as the caller may see them."""
    actor = actor_of(request)
    rows = linking.records(actor, authorities.authority(actor, key))
    found, following = page(rows, name=f"named {key}", cursor=cursor, limit=limit, column="code_sort", down=False)
    return NamedPage(total=rows.count(), items=[NamedRecord.of(one) for one in found], next=following)


@router.post("/{key}/merge", response=AuthorityOut, auth=_keep)
def merge_authority(request: HttpRequest, key: UUID, body: MergeIn) -> AuthorityOut:
    """Merge an authority into another of its kind, and answer with that one."""
    return AuthorityOut.of(authorities.merge(actor=actor_of(request), key=key, into=body.into, reason=body.reason))


@router.post("/{key}/split", response=AuthorityOut, auth=_keep)
def split_authority(request: HttpRequest, key: UUID, body: UndoIn) -> AuthorityOut:
    """Split a merged authority off again with the names it brought."""
    return AuthorityOut.of(authorities.split(actor=actor_of(request), key=key, reason=body.reason))
