"""The filing interface 归档接口: business systems, pushing finished documents, receipts, reconciling."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from shicheng.api.guards import actor_of, anyone, needs
from shicheng.api.idempotency import fingerprint_of
from shicheng.api.schemas.common import Filter, Json, Limit
from shicheng.api.schemas.filing import (
    AttemptOut,
    DaysIn,
    MonthOut,
    MoveIn,
    PushedOut,
    ReceiptOut,
    ReceiptPage,
    ReturnIn,
    SystemIn,
    SystemOut,
    SystemTokenOut,
)
from shicheng.collecting import policies, pooling, pushing, receipts, selectors, systems
from shicheng.collecting.document import json_schema
from shicheng.collecting.errors import UnknownSystem
from shicheng.collecting.models import Push, System
from shicheng.kernel.canonical import canonical_json
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.settings import current

router = Router(tags=["filing"])
Code = Annotated[str, Path(max_length=40)]
Number = Annotated[str, Path(max_length=60)]
After = Annotated[int, Query(ge=0, le=2_000_000_000, description="Position of the last receipt that is known.")]
_FORM: Final[Json] = {
    "requestBody": {
        "required": True,
        "description": "A part `metadata` with the JSON of the schema, and one part for each of its files.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"metadata": {"type": "string", "description": "JSON, see /filing/schema."}},
                    "required": ["metadata"],
                    "additionalProperties": {"type": "string", "format": "binary"},
                }
            }
        },
    }
}


@router.get("/schema", response=dict[str, Any], auth=anyone)
def show_filing_schema(request: HttpRequest) -> Json:
    """The JSON Schema (2020-12) of what describes a document."""
    return json_schema()


@router.post("/documents", response={200: PushedOut, 201: PushedOut}, auth=needs(policies.PUSH), openapi_extra=_FORM)
def push_document(
    request: HttpRequest,
    trial: Annotated[bool, Query(description="Only look at it: everything is checked, nothing is kept.")] = False,
) -> HttpResponse:
    """Push one finished document with its files and its process; the token says which system and unit it is of.

    201 with a receipt; 200 with the very same one if the document came before, and for a trial. 422 names everything
    that is wrong by its place; 409 says what differs from what came under the same id and revision.
    """
    taken = pushing.push(
        actor=actor_of(request), request=request, mark=fingerprint_of(request), settings=current(), trial=trial
    )
    body = canonical_json({"receipt": taken.receipt, "signature": taken.signature})
    status = 201 if taken.is_new and not taken.is_trial else 200
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")


@router.get("/receipts", response=ReceiptPage, auth=needs(policies.READ_PUSHES))
def list_receipts(request: HttpRequest, system: Filter = "", after: After = 0, limit: Limit = 50) -> ReceiptPage:
    """Receipts of a system in the order they were given, with what became of each; a system sees its own."""
    actor = actor_of(request)
    one = _system(actor, system)
    rows = list(selectors.pushes(actor, system=one).filter(position__gt=after).order_by("position")[: limit + 1])
    shown = rows[:limit]
    told = receipts.standings(shown)
    items = [_receipt(each, told) for each in shown]
    return ReceiptPage(items=items, last=shown[-1].position if shown else after, more=len(rows) > limit)


@router.get("/receipts/{number}", response=ReceiptOut, auth=needs(policies.READ_PUSHES))
def show_push_receipt(request: HttpRequest, number: Number) -> ReceiptOut:
    """One receipt, and what became of its document."""
    one = selectors.push(actor_of(request), number)
    return _receipt(one, receipts.standings([one]))


@router.post("/receipts/{number}/return", response=ReceiptOut, auth=needs(policies.READ_PUSHES, policies.RETURN))
def return_document(request: HttpRequest, number: Number, body: ReturnIn) -> ReceiptOut:
    """Give a document back to its system with the reason, as long as it has no number."""
    actor = actor_of(request)
    one = pooling.return_push(actor=actor, push=selectors.push(actor, number), reason=body.reason)
    return _receipt(one, receipts.standings([one]))


@router.get("/systems", response=list[SystemOut], auth=needs(policies.READ))
def list_business_systems(request: HttpRequest) -> list[SystemOut]:
    """Business systems, by code."""
    actor = actor_of(request)
    counts, last = selectors.counts(actor), selectors.last_pushes(actor)
    return [SystemOut.of(one, counts, last) for one in selectors.systems(actor)]


@router.get("/systems/{code}", response=SystemOut, auth=needs(policies.READ))
def show_business_system(request: HttpRequest, code: Code) -> SystemOut:
    """One business system and how its documents fare."""
    return _shown(actor_of(request), code)


@router.put("/systems/{code}", response=SystemOut, auth=needs(policies.READ, policies.MANAGE))
def put_business_system(request: HttpRequest, code: Code, body: SystemIn) -> SystemOut:
    """Write a business system down, or change what is written of it; its code and unit stay."""
    actor = actor_of(request)
    systems.write_system(
        actor=actor, code=code, name=body.name, unit=body.unit, kind=body.kind, keeper=body.keeper,
        contacts=[one.model_dump() for one in body.contacts], kinds=[one.model_dump() for one in body.kinds],
        ceiling=body.ceiling, outside=body.outside, note=body.note,
    )  # fmt: skip
    return _shown(actor, code)


@router.post("/systems/{code}/state", response=SystemOut, auth=needs(policies.READ, policies.TOKEN))
def move_business_system(request: HttpRequest, code: Code, body: MoveIn) -> SystemOut:
    """Admit a system, have all it pushes be a trial again, or stop it, which makes its token worthless."""
    actor = actor_of(request)
    systems.move_system(actor=actor, code=code, verb=body.verb, reason=body.reason)
    return _shown(actor, code)


@router.post("/systems/{code}/token", response={201: SystemTokenOut}, auth=needs(policies.READ, policies.TOKEN))
def give_system_token(request: HttpRequest, code: Code, body: DaysIn) -> Any:
    """Give a system a new token; the one it had is worthless from now on. The secret is in this answer alone."""
    settings = current()
    token, secret = systems.give_token(
        actor=actor_of(request), code=code, days=min(body.days or settings.token_days, settings.token_days)
    )
    return Status(201, SystemTokenOut(system=code, secret=secret, expires=token.expires))


@router.get("/systems/{code}/attempts", response=list[AttemptOut], auth=needs(policies.READ))
def list_attempts(request: HttpRequest, code: Code) -> list[AttemptOut]:
    """The last trials and refusals of a system, newest first, each with everything that was wrong."""
    actor = actor_of(request)
    one = selectors.system(actor, code)
    contents = policies.reads_contents(actor, one)
    return [AttemptOut.of(each, contents=contents) for each in selectors.attempts(actor, system=one)]


@router.get("/systems/{code}/months", response=list[MonthOut], auth=needs(policies.READ))
def list_months(
    request: HttpRequest, code: Code, first: date | None = None, last: date | None = None
) -> list[MonthOut]:
    """What was taken month by month between two days, the last twelve months unless named.

    `digest` is the SM3 over a line for each receipt in the order of arrival: id of the document, revision and SM3 of
    the receipt, with tabs between them and a line feed behind.
    """
    return [MonthOut.of(one) for one in selectors.months(actor_of(request), code, first=first, last=last)]


def _system(actor: Actor, code: str) -> System:
    if code:
        return selectors.system(actor, code)
    own = policies.own_system(actor)
    if own is None:
        raise UnknownSystem(
            _("The request does not say which system's receipts are meant."), hint=_("Name it with system=CODE.")
        )
    return own


def _shown(actor: Actor, code: str) -> SystemOut:
    return SystemOut.of(selectors.system(actor, code), selectors.counts(actor), selectors.last_pushes(actor))


def _receipt(one: Push, told: dict[Any, Any]) -> ReceiptOut:
    return ReceiptOut.of(one, json.loads(one.receipt), told[one.pk])
