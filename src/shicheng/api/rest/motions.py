"""Motions and suggestions: writing them, answering, and which are open."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Router

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.motions import AnswerIn, MotionIn, MotionOut, MotionPage
from shicheng.holdings import entities, entity_rules, motions
from shicheng.holdings.entity_rules import EntityNotFound
from shicheng.holdings.models import Entity
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

router = Router(tags=["motions"])


@router.get("", response=MotionPage, auth=needs(entity_rules.READ))
def list_motions(
    request: HttpRequest,
    state: Literal["", "open", "partly", "answered"] = "",
    text: Filter = "",
    session: UUID | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> MotionPage:
    """Motions by their code: all, those without any answer, those one answer is missing of, or those answered."""
    rows = motions.motions(actor_of(request), state=state, text=text, session=str(session or ""))
    name = f"motions {state} {text} {session}"
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="code", down=False)
    return MotionPage(items=[MotionOut.of(motions.way_of(one)) for one in found], next=following)


@router.put("", response=MotionOut, auth=needs(entity_rules.READ, entity_rules.WRITE))
def put_motion(request: HttpRequest, body: Annotated[MotionIn, Body()]) -> MotionOut:
    """Write a motion down with all it is linked to, or change it; the same twice is one."""
    made = motions.write_motion(actor=actor_of(request), fonds=body.fonds, motion=body.motion())
    return MotionOut.of(motions.way_of(made))


@router.get("/{motion_id}", response=MotionOut, auth=needs(entity_rules.READ))
def show_motion(request: HttpRequest, motion_id: UUID) -> MotionOut:
    """One motion's whole way."""
    return MotionOut.of(motions.way_of(_motion(actor_of(request), motion_id)))


@router.put("/{motion_id}/answers", response=MotionOut, auth=needs(entity_rules.READ, entity_rules.WRITE))
def put_answer(request: HttpRequest, motion_id: UUID, body: Annotated[AnswerIn, Body()]) -> MotionOut:
    """Write the answer of one handling unit down; one answer a unit, another one changes it."""
    actor = actor_of(request)
    one = _motion(actor, motion_id)
    motions.answer_motion(actor=actor, motion=one, answer=body.answer())
    return MotionOut.of(motions.way_of(one))


def _motion(actor: Actor, motion_id: UUID) -> Entity:
    one = entities.find_entity(actor, motion_id)
    if one.kind != "motion":
        raise EntityNotFound(
            _("There is no such business entity here, or it is not open to you."),
            hint=_("Look it up in the list of motions and suggestions, or on the page of its record."),
        )
    return one
