"""Editing descriptions, and what they were before: more operations on items."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Body, Path, Query

from shicheng.api.errors import BadRequest, PreconditionNeeded
from shicheng.api.guards import actor_of, needs
from shicheng.api.rest.items import router
from shicheng.api.schemas.editing import ComparisonOut, DifferenceOut, EditIn, RestoreIn, SuggestionOut, VersionOut
from shicheng.api.schemas.items import ItemOut, tag_of
from shicheng.describing import suggesting
from shicheng.holdings import history, policies, selectors
from shicheng.holdings.editing import edit_item, revert_item
from shicheng.holdings.models import Item
from shicheng.kernel.messages import message as _
from shicheng.settings import current

__all__ = ["router"]

_TAG: Final = re.compile(r'(?:W/)?"v([0-9]{1,9})(?:\.[0-9]+)*"')
IF_MATCH: Final[dict[str, Any]] = {
    "parameters": [
        {
            "name": "If-Match", "in": "header", "required": True,
            "description": "The ETag the item was read with: nothing is overwritten that the caller has not seen.",
            "schema": {"type": "string", "example": '"v1.2.10240"'},
        }
    ],
    "responses": {200: {"description": "OK", "headers": {"ETag": {"schema": {"type": "string"}}}}},
}  # fmt: skip
Number = Annotated[int, Path(ge=1, le=999_999_999)]
Chosen = Annotated[int, Query(ge=1, le=999_999_999)]


@router.patch("/items/{key}", response=ItemOut, auth=needs(policies.EDIT), openapi_extra=IF_MATCH)
def edit_description(
    request: HttpRequest, response: HttpResponse, key: str, body: Annotated[EditIn, Body()]
) -> ItemOut:
    """Change elements of a description as a new version. The same change sent twice is one.

    412 if the item was changed since it was read: `errors` name each element that was, and what it says now.
    """
    actor = actor_of(request)
    one = selectors.item(actor, key)
    made = edit_item(
        actor=actor, item_id=one.pk, changes=body.elements, version=_expected(request, one), reason=body.reason,
        settings=current(),
    )  # fmt: skip
    return _answer(response, made.item)


@router.get("/items/{key}/suggestions", response=list[SuggestionOut], auth=needs(policies.READ))
def list_suggestions(request: HttpRequest, key: str) -> list[SuggestionOut]:
    """What the text of an item's main file says of itself: values for elements, each with its spot and the reason."""
    return [SuggestionOut.of(one) for one in suggesting.suggestions(actor_of(request), key)]


@router.get("/items/{key}/versions", response=list[VersionOut], auth=needs(policies.READ))
def list_versions(request: HttpRequest, key: str) -> list[VersionOut]:
    """The description of an item as it was over time, the present one first; for archivists of its fonds."""
    actor = actor_of(request)
    return [VersionOut.of(one) for one in history.versions(actor, selectors.item(actor, key))]


@router.get("/items/{key}/versions/{number}", response=VersionOut, auth=needs(policies.READ))
def show_version(request: HttpRequest, key: str, number: Number) -> VersionOut:
    """One version of a description."""
    actor = actor_of(request)
    return VersionOut.of(history.version(actor, selectors.item(actor, key), number))


@router.post(
    "/items/{key}/versions/{number}/restore", response=ItemOut, auth=needs(policies.EDIT), openapi_extra=IF_MATCH
)
def restore_version(
    request: HttpRequest, response: HttpResponse, key: str, number: Number, body: Annotated[RestoreIn, Body()]
) -> ItemOut:
    """Make a description what it was in an older version, as a new one."""
    actor = actor_of(request)
    one = selectors.item(actor, key)
    made = revert_item(
        actor=actor, item_id=one.pk, to=number, version=_expected(request, one), reason=body.reason,
        settings=current(),
    )  # fmt: skip
    return _answer(response, made.item)


@router.get("/items/{key}/compare", response=ComparisonOut, auth=needs(policies.READ))
def compare_versions(request: HttpRequest, key: str, first: Chosen, second: Chosen) -> ComparisonOut:
    """The elements in which two versions of a description differ."""
    actor = actor_of(request)
    found = history.differences(actor, selectors.item(actor, key), first, second)
    return ComparisonOut(
        first=first, second=second, differences=[DifferenceOut.of(one) for one in found if one.is_changed]
    )


def _expected(request: HttpRequest, one: Item) -> int | None:
    """The version the caller has seen, by If-Match (RFC 9110, 13.1.1); None for any."""
    tag = request.headers.get("If-Match", "").strip()
    if not tag:
        raise PreconditionNeeded(
            _("The request does not say which version of the item it was made on."),
            hint=_("Read the item, and send its ETag back as If-Match."),
        )
    if tag == "*":
        return None
    found = _TAG.fullmatch(tag)
    if found is None:
        raise BadRequest(
            _("%(tag)s is no ETag of an item.", tag=tag[:100]),
            hint=_("Read the item, and send its ETag back as If-Match."),
        )
    return int(found[1])


def _answer(response: HttpResponse, one: Item) -> ItemOut:
    response.headers["ETag"] = tag_of(one)
    return ItemOut.of(one)
