"""Requests for approval: what waits, and deciding."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Body, Path, Query, Router

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.schemes import DecisionIn, RequestOut, RequestPage
from shicheng.approvals import policies, selectors, services

router = Router(tags=["requests"])
Number = Annotated[str, Path(min_length=1, max_length=20, pattern=r"^[^\x00-\x1f]+$")]
Waiting = Annotated[bool, Query(description="Only what waits for the caller's decision.")]


@router.get("", response=RequestPage, auth=needs(policies.READ))
def list_requests(
    request: HttpRequest, state: Filter = "", waiting: Waiting = False, cursor: Cursor = "", limit: Limit = 50
) -> RequestPage:
    """Requests the caller made or may decide on, newest first."""
    actor = actor_of(request)
    rows = selectors.waiting_for(actor) if waiting else selectors.requests(actor, state=state)
    found, following = page(
        rows, name=f"requests {state} {waiting}", cursor=cursor, limit=limit, column="number", down=True
    )
    return RequestPage(items=[RequestOut.of(one) for one in found], next=following)


@router.get("/{number}", response=RequestOut, auth=needs(policies.READ))
def show_request(request: HttpRequest, number: Number) -> RequestOut:
    """One request with what was decided on it."""
    return RequestOut.of(selectors.request(actor_of(request), number))


@router.post("/{number}/approve", response=RequestOut, auth=needs(policies.READ))
def approve_request(request: HttpRequest, number: Number, body: Annotated[DecisionIn, Body()]) -> RequestOut:
    """Approve the step that waits; nobody decides on what they asked for themselves."""
    done = services.approve_request(actor=actor_of(request), number=number, step=body.step, reason=body.reason)
    return RequestOut.of(done)


@router.post("/{number}/refuse", response=RequestOut, auth=needs(policies.READ))
def refuse_request(request: HttpRequest, number: Number, body: Annotated[DecisionIn, Body()]) -> RequestOut:
    """Refuse the step that waits, with a reason."""
    done = services.refuse_request(actor=actor_of(request), number=number, step=body.step, reason=body.reason)
    return RequestOut.of(done)


@router.post("/{number}/withdraw", response=RequestOut, auth=needs(policies.READ, policies.WITHDRAW))
def withdraw_request(request: HttpRequest, number: Number, body: Annotated[DecisionIn, Body()]) -> RequestOut:
    """Take one's own request back."""
    return RequestOut.of(services.withdraw_request(actor=actor_of(request), number=number, reason=body.reason))
