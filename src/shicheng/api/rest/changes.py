"""Batch changes: what one would do, having it done, following it, undoing it."""

from __future__ import annotations

from itertools import islice
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from shicheng.api.cursors import page, read_cursor, write_cursor
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.describing import (
    ChangeAsked,
    ChangeIn,
    ChangeOut,
    ChangePage,
    FaultOut,
    LeftOut,
    LeftPage,
    PreviewOut,
    UndoIn,
)
from shicheng.describing import policies, selectors, services
from shicheng.holdings import policies as holdings
from shicheng.settings import current

router = Router(tags=["changes"])


@router.get("", response=ChangePage, auth=needs(policies.CHANGE))
def list_changes(
    request: HttpRequest,
    state: Literal["", "promised", "stored", "done", "failed", "undone"] = "",
    text: Filter = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> ChangePage:
    """Batch changes the caller may see, newest first: all, or those in one state or with a text in them."""
    rows = selectors.change_sets(actor_of(request), state=state, text=text)
    name = f"changes {state} {text}"
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="made_at", down=True)
    return ChangePage(items=[ChangeOut.of(one) for one in found], next=following)


@router.post("/preview", response=PreviewOut, auth=needs(policies.CHANGE, holdings.READ))
def preview_change(request: HttpRequest, body: ChangeAsked) -> PreviewOut:
    """Tell how many records a batch change means and what becomes of the first of them; changes nothing."""
    found = services.preview_change(
        actor=actor_of(request), selection=body.selection(), operation=body.operation(), settings=current()
    )
    return PreviewOut.of(found)


@router.post("", response={202: ChangeOut}, auth=needs(policies.CHANGE, holdings.READ))
def begin_change(request: HttpRequest, body: ChangeIn) -> Any:
    """Have one element of many records changed by a job. Values that can't stand are left out and listed."""
    made = services.begin_change(
        actor=actor_of(request), selection=body.selection(), operation=body.operation(), reason=body.reason,
        expected=body.expected, settings=current(),
    )  # fmt: skip
    return Status(202, ChangeOut.of(made))


@router.get("/{change_id}", response=ChangeOut, auth=needs(policies.CHANGE))
def show_change(request: HttpRequest, change_id: UUID) -> ChangeOut:
    """One batch change: how far it is, what came of it."""
    return ChangeOut.of(services.change_set(actor_of(request), change_id))


@router.get("/{change_id}/left", response=LeftPage, auth=needs(policies.CHANGE))
def list_left_out(request: HttpRequest, change_id: UUID, cursor: Cursor = "", limit: Limit = 50) -> LeftPage:
    """The records a batch change left out, with the reasons."""
    one = services.change_set(actor_of(request), change_id)
    name = f"left {one.pk}"
    first = int(read_cursor(name, cursor)[0]) if cursor else 0
    found = [] if one.state in ("promised", "failed") else list(
        islice(selectors.left_out(one, current()), first, first + limit + 1)
    )  # fmt: skip
    shown = [
        LeftOut(ref=ref, faults=[FaultOut(element=element, detail=why) for element, why in faults])
        for ref, faults in found[:limit]
    ]
    return LeftPage(items=shown, next=write_cursor(name, [first + limit]) if len(found) > limit else "")


@router.post("/{change_id}/undo", response={202: ChangeOut}, auth=needs(policies.CHANGE, policies.UNDO))
def undo_change(request: HttpRequest, change_id: UUID, body: UndoIn) -> Any:
    """Have a batch change undone by another one; values that were changed again since stay and are listed."""
    actor = actor_of(request)
    services.change_set(actor, change_id)
    return Status(202, ChangeOut.of(services.undo_change(actor=actor, change_id=change_id, reason=body.reason)))
