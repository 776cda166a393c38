"""Shapes of motions and suggestions with their answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In, Out
from shicheng.holdings.models import Entity
from shicheng.holdings.motions import Answer, Motion, Way

Line = Annotated[str, Field(max_length=120, pattern=NO_NUL)]
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]], Field(max_length=200)]


class MotionIn(In):
    """A motion; sessions, deputies and handling units by name, found in the fonds or written down anew."""

    fonds: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    number: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)]
    title: Annotated[str, Field(min_length=1, max_length=400, pattern=NO_NUL)]
    type: Literal["议案", "建议", "批评", "意见"] = "建议"
    term: Annotated[str, Field(max_length=20, pattern=NO_NUL)] = ""
    session: Annotated[str, Field(max_length=40, pattern=NO_NUL)] = ""
    topic: Line = ""
    deputies: Names = []
    handling_units: Names = []
    received: date | None = None
    handed_over: date | None = None
    due: date | None = None
    priority: Line = ""

    def motion(self) -> Motion:
        """The motion as the room writes it."""
        days = {name: _text(getattr(self, name)) for name in ("received", "handed_over", "due")}
        return Motion(
            number=self.number, title=self.title, type=self.type, term=self.term, session=self.session,
            topic=self.topic, deputies=tuple(self.deputies), handling_units=tuple(self.handling_units),
            priority=self.priority, **days,
        )  # fmt: skip


class AnswerIn(In):
    """The answer of one handling unit; `record` is the reference code of the record it is."""

    handling_unit: Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
    day: date | None = None
    number: Line = ""
    result: Line = ""
    satisfaction: Literal["", "满意", "基本满意", "不满意", "未反馈"] = ""
    feedback: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""
    record: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""

    def answer(self) -> Answer:
        """The answer as the room writes it."""
        return Answer(
            self.handling_unit, day=_text(self.day), number=self.number, result=self.result,
            satisfaction=self.satisfaction, feedback=self.feedback, record=self.record,
        )  # fmt: skip


class AnswerOut(Out):
    """An answer."""

    day: date | None
    number: str
    result: str
    satisfaction: str
    feedback: str

    @classmethod
    def of(cls, one: Entity) -> AnswerOut:
        """Show an answer."""
        said = {name: str(one.attributes.get(name, "")) for name in ("number", "result", "satisfaction", "feedback")}
        return cls(day=one.day, **said)


class HandlingOut(Out):
    """A unit that handles a motion, since when, and what it answered."""

    name: str
    handed_over: str
    answers: list[AnswerOut]


class MotionOut(Out):
    """A motion's whole way; `state` is open (no answer), partly (one is missing) or answered."""

    id: UUID
    code: str
    title: str
    fonds: str
    state: str
    received: date | None
    due: str
    term: str
    session: str
    topic: str
    deputies: list[str]
    handling_units: list[HandlingOut]

    @classmethod
    def of(cls, way: Way) -> MotionOut:
        """Show a motion."""
        one = way.motion
        return cls(
            id=one.pk, code=one.code, title=one.name, fonds=one.fonds_code, state=way.state, received=one.day,
            due=str(one.attributes.get("due", "")), term=way.term.name if way.term else "",
            session=way.session.name if way.session else "", topic=way.topic.name if way.topic else "",
            deputies=[each.name for each in way.deputies],
            handling_units=[
                HandlingOut(
                    name=unit.name, handed_over=str(link.get("handed_over", "")),
                    answers=[AnswerOut.of(each) for each in answers],
                )
                for unit, link, answers in way.handled
            ],
        )  # fmt: skip


class MotionPage(Out):
    """Motions, page by page."""

    items: list[MotionOut]
    next: str


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
