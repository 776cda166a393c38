"""Major events: writing them down, planning what each unit files of them, closing."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from shicheng.acquiring import events, numbering, policies
from shicheng.acquiring.errors import BadEvent, BadOffer, ChangedMeanwhile, EventNotFound
from shicheng.acquiring.models import MajorEvent, PlanLine
from shicheng.acquiring.reading import plain, words
from shicheng.acquiring.states import MAJOR_EVENT
from shicheng.acquiring.types import EVENT_KINDS, FORMS, LEVELS, Happening, Wanted
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor

SUBJECT: Final = "major_event"
MOST_LINES: Final = 500
_MOST_WORDS: Final = 20


def write_event(*, actor: Actor, happening: Happening, number: str = "", revision: int | None = None) -> MajorEvent:
    """Write an event down, or change the one with this number as it was in `revision`; the same twice is one change.

    Raises `BadEvent`, `ChangedMeanwhile`, `EventNotFound`, `NotPermitted`.
    """
    values = _checked(happening)
    policies.require_fonds(actor, policies.WRITE_EVENTS, values["fonds_code"])
    with atomic():
        if number:
            one = locked(actor, number)
            if all(getattr(one, name) == value for name, value in values.items()):
                return one
            if revision is not None and one.revision != revision:
                raise ChangedMeanwhile(
                    _("Somebody else changed the event %(number)s meanwhile.", number=number),
                    hint=_("Look at it, and make your change on it."),
                )
            one.revision += 1
        else:
            one = MajorEvent(
                number=numbering.next_number("event", values["begins"]), made_by=actor.name[:200],
                made_at=clock.now(),
            )  # fmt: skip
        for name, value in values.items():
            setattr(one, name, value)
        one.save()
        told = {name: str(value) if isinstance(value, date) else value for name, value in values.items()}
        audit.append(actor, events.EVENT_WRITTEN, (SUBJECT, one.pk), {"number": one.number, **told})
    return one


def close_event(*, actor: Actor, number: str, again: bool = False) -> MajorEvent:
    """Say that nothing more is collected for an event; or, `again`, that it is. Raises `IllegalMove`."""
    with atomic():
        one = locked(actor, number)
        one.state = MAJOR_EVENT.next(one.state, "reopen" if again else "close")
        one.revision += 1
        one.save(update_fields=["state", "revision"])
        event = events.EVENT_REOPENED if again else events.EVENT_CLOSED
        audit.append(actor, event, (SUBJECT, one.pk), {"number": one.number})
    return one


def write_line(*, actor: Actor, number: str, wanted: Wanted, line_id: UUID | None = None) -> PlanLine:
    """Write a line of an event's filing plan, or change one. Raises `BadEvent`, `EventNotFound`, `NotPermitted`."""
    with atomic():
        one = locked(actor, number)
        values = _checked_line(one, wanted)
        if line_id is None:
            if one.lines.count() >= MOST_LINES:
                raise BadEvent(
                    _("A plan has at most %(most)s lines.", most=MOST_LINES), hint=_("Put some of them together.")
                )
            last = one.lines.order_by("-order").first()
            line = PlanLine(event=one, order=last.order + 1 if last else 1)
        else:
            line = _line(one, line_id)
            if all(getattr(line, name) == value for name, value in values.items()):
                return line
        for name, value in values.items():
            setattr(line, name, value)
        line.save()
        audit.append(actor, events.LINE_WRITTEN, (SUBJECT, one.pk), _told(one, line))
    return line


def note_handed(*, actor: Actor, number: str, line_id: UUID, count: int, note: str = "") -> PlanLine:
    """Note how much of a line was given over in the hand: objects, prints, tapes. Raises `BadEvent`."""
    if not 0 <= count <= 1_000_000:
        raise BadEvent(_("This is no number of things."), hint=_("Write digits alone."))
    with atomic():
        one = locked(actor, number)
        line = _line(one, line_id)
        line.handed, line.handed_note = count, _text(note, 400)
        line.save(update_fields=["handed", "handed_note"])
        audit.append(actor, events.LINE_WRITTEN, (SUBJECT, one.pk), _told(one, line))
    return line


def remove_line(*, actor: Actor, number: str, line_id: UUID) -> None:
    """Remove a line of a plan; what was filed for it stays with the event. Twice is once."""
    with atomic():
        one = locked(actor, number)
        line = one.lines.filter(pk=line_id).first()
        if line is None:
            return
        told = _told(one, line)
        line.records.update(line=None)
        line.delete()
        audit.append(actor, events.LINE_REMOVED, (SUBJECT, one.pk), told)


def locked(actor: Actor, number: str, permission: str = policies.WRITE_EVENTS) -> MajorEvent:
    """Lock an event for whoever may do this with it; raises `EventNotFound`, `NotPermitted`."""
    require(actor, permission)
    found = policies.visible_events(actor).filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise unknown_event(number)
    one = MajorEvent.objects.select_for_update().get(pk=found)
    require(actor, permission, fonds=one.fonds_code)
    return one


def unknown_event(number: str) -> EventNotFound:
    """What is raised where there is none, or none for the actor."""
    return EventNotFound(
        _("There is no event %(number)s here, or it is not open to you.", number=number[:40]),
        hint=_("Look it up in the list of major events."),
    )


def _line(one: MajorEvent, line_id: UUID) -> PlanLine:
    found = PlanLine.objects.select_for_update().filter(pk=line_id, event=one).first()
    if found is None:
        raise EventNotFound(
            _("There is no such line in the plan of %(number)s.", number=one.number),
            hint=_("Load the page again: somebody may have changed the plan."),
        )
    return found


def _checked(given: Happening) -> dict[str, Any]:
    name, fonds = _text(given.name, 400), _text(given.fonds, 40)
    if not name or not fonds or given.begins is None:
        raise BadEvent(
            _("An event has a name, a first day, and a fonds whose keepers collect for it."), hint=_("Fill them in.")
        )
    if given.kind not in EVENT_KINDS or given.level not in LEVELS:
        raise BadEvent(_("There is no such kind or level of events."), hint=_("Choose from the lists."))
    ends = given.ends or given.begins
    if ends < given.begins or not 1000 <= given.begins.year <= 2199:
        raise BadEvent(_("The event would end before it begins."), hint=_("Correct the days."))
    if not 0 <= given.margin <= 3650:
        raise BadEvent(_("Records lie at most ten years around an event."), hint=_("Correct the number of days."))
    listed = [text for one in given.words if (text := _text(one, 60))]
    if any(len(text) < 2 for text in listed):
        raise BadEvent(_("A word of one character finds too much."), hint=_("Use words of two characters at least."))
    return {
        "name": name, "fonds_code": fonds, "kind": given.kind, "level": given.level, "begins": given.begins,
        "ends": ends, "place": _text(given.place, 300), "organiser": _text(given.organiser, 400),
        "taking_part": [text for one in given.taking_part[:200] if (text := _text(one, 200))],
        "about": _words(given.about), "words": list(dict.fromkeys(listed))[:_MOST_WORDS], "margin": given.margin,
        "is_auto": bool(given.is_auto and listed),
    }  # fmt: skip


def _checked_line(one: MajorEvent, given: Wanted) -> dict[str, Any]:
    what = _text(given.what, 400)
    if not what or given.form not in FORMS or not 1 <= given.quantity <= 1_000_000:
        raise BadEvent(
            _("A line of the plan says what is filed, in which form, and how much of it."), hint=_("Fill them in.")
        )
    if given.due is not None and given.due < one.begins:
        raise BadEvent(_("It would be due before the event."), hint=_("Correct the day."))
    return {
        "what": what, "form": given.form, "fonds_code": _text(given.fonds, 40) or one.fonds_code,
        "unit": _text(given.unit, 60), "quantity": given.quantity, "due": given.due, "note": _text(given.note, 400),
    }  # fmt: skip


def _told(one: MajorEvent, line: PlanLine) -> dict[str, Any]:
    return {
        "number": one.number, "line": str(line.pk), "order": line.order, "what": line.what, "form": line.form,
        "fonds": line.fonds_code, "unit": line.unit, "quantity": line.quantity, "due": str(line.due or ""),
        "note": line.note, "handed": line.handed, "handed_note": line.handed_note,
    }  # fmt: skip


def _text(given: str, most: int) -> str:
    try:
        return plain(given, most)
    except BadOffer as error:
        raise BadEvent(error.message, hint=error.hint) from error


def _words(given: str) -> str:
    try:
        return words(given)
    except BadOffer as error:
        raise BadEvent(error.message, hint=error.hint) from error
