"""Motions and suggestions (议案、建议) of a People's Congress: written in one act, answered, found while open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from shicheng.base.db import atomic
from shicheng.holdings.entities import document_entity, link_entities, unlink_entities, write_entity
from shicheng.holdings.entity_rules import BadEntity, visible
from shicheng.holdings.models import Entity, EntityLink
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

TYPES: Final = ("议案", "建议", "批评", "意见")
SATISFACTION: Final = ("满意", "基本满意", "不满意", "未反馈")
STATES: Final = ("open", "partly", "answered")


@dataclass(frozen=True, slots=True)
class Motion:
    """A motion as a form or a list gives it; deputies, handling units and sessions by their names."""

    number: str
    title: str
    type: str = "建议"
    term: str = ""  # 第十七届
    session: str = ""  # 第三次会议
    topic: str = ""
    deputies: tuple[str, ...] = ()
    handling_units: tuple[str, ...] = ()
    handed_over: str = ""
    received: str = ""
    due: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of one handling unit."""

    handling_unit: str
    day: str = ""
    number: str = ""
    result: str = ""
    satisfaction: str = ""
    feedback: str = ""
    record: str = ""  # code of the record it is


@dataclass(slots=True)
class Way:
    """One motion's whole way."""

    motion: Entity
    term: Entity | None = None
    session: Entity | None = None
    topic: Entity | None = None
    deputies: list[Entity] = field(default_factory=list)
    handled: list[tuple[Entity, Mapping[str, Any], list[Entity]]] = field(default_factory=list)  # unit, link, answers
    other_answers: list[Entity] = field(default_factory=list)
    state: str = "open"


def write_motion(*, actor: Actor, fonds: str, motion: Motion) -> Entity:
    """Write a motion down with all it is linked to, or change it; the same twice is one. Raises `BadEntity`.

    Who and what it names is found by name in the fonds, or written down anew.
    """
    require_motion(motion)
    received, due = _day(motion.received), _day(motion.due)
    handed = _day(motion.handed_over)
    code = "·".join(part for part in (motion.term, motion.session, f"{motion.type}{motion.number}") if part)
    with atomic():
        one = write_entity(
            actor=actor, kind="motion", fonds=fonds, code=code, name=motion.title, day=received,
            attributes={"type": motion.type, "received": _text(received), "due": _text(due),
                        "priority": motion.priority},
        )  # fmt: skip
        term = _named(actor, fonds, "term", motion.term)
        session = None
        if motion.session:
            session = _named(actor, fonds, "session", " ".join(filter(None, (motion.term, motion.session))))
            if session is not None and term is not None:
                link_entities(actor=actor, first=session, relation="of_term", second=term)
        topic = _named(actor, fonds, "topic", motion.topic)
        _set(actor, one, "at_session", [session] if session else [])
        _set(actor, one, "on_topic", [topic] if topic else [])
        _set(actor, one, "put_by", [_named(actor, fonds, "deputy", name) for name in motion.deputies])
        _set(
            actor, one, "handled_by", [_named(actor, fonds, "handling_unit", name) for name in motion.handling_units],
            {"handed_over": _text(handed)} if handed else {},
        )  # fmt: skip
    return one


def answer_motion(*, actor: Actor, motion: Entity, answer: Answer) -> Entity:
    """Write the answer of one handling unit down, with what the deputies said of it; one answer a unit.

    The same twice is one; another of the same unit changes it. Raises `BadEntity`.
    """
    require_answer(answer)
    day = _day(answer.day)
    if motion.day is not None and day is not None and day < motion.day:
        raise BadEntity(
            _("The answer of %(day)s would be older than the motion.", day=str(day)),
            hint=_("Look at the day of the answer and at that of the motion."),
        )
    with atomic():
        handling_unit = _named(actor, motion.fonds_code, "handling_unit", answer.handling_unit)
        assert handling_unit is not None  # it was asked for above
        one = write_entity(
            actor=actor, kind="answer", fonds=motion.fonds_code, code=f"{motion.code}→{handling_unit.code}"[:120],
            name=answer.number or _cut(f"{handling_unit.name}：{motion.name}"), day=day,
            attributes={"number": answer.number, "result": answer.result, "satisfaction": answer.satisfaction,
                        "feedback": answer.feedback},
        )  # fmt: skip
        link_entities(actor=actor, first=one, relation="answers", second=motion)
        link_entities(actor=actor, first=one, relation="given_by", second=handling_unit)
        link_entities(actor=actor, first=motion, relation="handled_by", second=handling_unit)
        if answer.record:
            document_entity(actor=actor, entity=one, key=answer.record, role="answer")
    return one


def motions(actor: Actor, *, state: str = "", text: str = "", session: str = "") -> QuerySet[Entity]:
    """Motions the actor may see, newest first: of one state, with a text, of one session (id).

    `open` has no answer at all, `partly` lacks that of a handling unit. Each has `units` and `answers` counted.
    """
    answered = EntityLink.objects.filter(
        relation="given_by", second=OuterRef("second"), first__links_out__relation="answers",
        first__links_out__second=OuterRef("first"),
    )  # fmt: skip
    waiting = EntityLink.objects.filter(first=OuterRef("pk"), relation="handled_by").filter(~Exists(answered))
    any_answer = EntityLink.objects.filter(second=OuterRef("pk"), relation="answers")
    found = visible(actor).filter(kind="motion").annotate(has_answer=Exists(any_answer), lacks_one=Exists(waiting))
    if state == "open":
        found = found.filter(has_answer=False)
    elif state == "partly":
        found = found.filter(has_answer=True, lacks_one=True)
    elif state == "answered":
        found = found.filter(has_answer=True, lacks_one=False)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(code__icontains=text))
    if session:
        found = found.filter(links_out__relation="at_session", links_out__second__pk=session)
    return found.order_by("-day", "code")


def require_motion(motion: Motion) -> None:
    """Raise `BadEntity` for a motion that can't be written, before anything is."""
    if motion.type not in TYPES:
        raise BadEntity(
            _("“%(type)s” is no kind of motion.", type=motion.type[:40]),
            hint=_("Take one of these: %(names)s.", names="、".join(TYPES)),
        )
    for text in (motion.received, motion.due, motion.handed_over):
        _day(text)


def require_answer(answer: Answer) -> None:
    """Raise `BadEntity` for an answer that can't be written, before anything is."""
    if answer.satisfaction and answer.satisfaction not in SATISFACTION:
        raise BadEntity(
            _("“%(value)s” is no degree of satisfaction.", value=answer.satisfaction[:40]),
            hint=_("Take one of these: %(names)s.", names="、".join(SATISFACTION)),
        )
    if not answer.handling_unit.strip():
        raise BadEntity(_("The answer does not say who gives it."), hint=_("Name the handling unit."))
    _day(answer.day)


def any_motion(actor: Actor) -> bool:
    """Tell whether there is a motion the actor may see: only then the navigation offers them."""
    return visible(actor).filter(kind="motion").exists()


def state_counts(actor: Actor) -> dict[str, int]:
    """How many motions the actor may see in each state."""
    return {state: motions(actor, state=state).count() for state in STATES}


def sessions_of(actor: Actor) -> list[Entity]:
    """The sessions motions were put forward at, by code; for narrowing the list."""
    found = visible(actor).filter(kind="session", links_in__relation="at_session").annotate(n=Count("pk"))
    return list(found.order_by("-code"))


def way_of(motion: Entity) -> Way:
    """Everything a motion is linked to, from its session to what the deputies said of the answers."""
    way = Way(motion)
    handled: list[tuple[Entity, Mapping[str, Any]]] = []
    for link in motion.links_out.select_related("second").order_by("id"):
        other = link.second
        if link.relation == "at_session":
            way.session = other
        elif link.relation == "on_topic":
            way.topic = other
        elif link.relation == "put_by":
            way.deputies.append(other)
        elif link.relation == "handled_by":
            handled.append((other, link.attributes))
    if way.session is not None:
        above = way.session.links_out.filter(relation="of_term").select_related("second").first()
        way.term = above.second if above is not None else None
    answers = [link.first for link in motion.links_in.filter(relation="answers").select_related("first")]
    given = {
        link.first_id: link.second_id
        for link in EntityLink.objects.filter(relation="given_by", first__in=[one.pk for one in answers])
    }
    for handling_unit, attributes in handled:
        way.handled.append(
            (handling_unit, attributes, [one for one in answers if given.get(one.pk) == handling_unit.pk])
        )
    units = {handling_unit.pk for handling_unit, _attributes in handled}
    way.other_answers = [one for one in answers if given.get(one.pk) not in units]
    lacks = any(not theirs for _unit, _attributes, theirs in way.handled)
    way.state = "open" if not answers else "partly" if lacks else "answered"
    return way


def _set(
    actor: Actor, one: Entity, relation: str, wanted: Sequence[Entity | None],
    attributes: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Let an entity have just these links of a relation."""
    others = [each for each in wanted if each is not None]
    for link in one.links_out.filter(relation=relation).select_related("second"):
        if link.second_id not in {each.pk for each in others}:
            unlink_entities(actor=actor, first=one, relation=relation, second=link.second)
    for each in others:
        link_entities(actor=actor, first=one, relation=relation, second=each, attributes=attributes or None)


def _named(actor: Actor, fonds: str, kind: str, name: str) -> Entity | None:
    """The entity of a kind with this name, written down if it is new; None for no name."""
    name = " ".join(name.split())
    if not name:
        return None
    there = Entity.objects.filter(kind=kind, fonds_code=fonds, code=name[:120]).first()
    return there or write_entity(actor=actor, kind=kind, fonds=fonds, code=name[:120], name=name)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return parse_date(text.strip()).start
    except DateError as error:
        raise BadEntity(error.message, hint=error.hint) from error


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _cut(text: str) -> str:
    return text[:400]
