"""Offers: noting them, changing them, opinions on their value, asking a second person, declining."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.utils import timezone

from shicheng.acquiring import events, numbering, policies
from shicheng.acquiring.donors import write_donor
from shicheng.acquiring.errors import AcquisitionNotFound, BadOffer, ChangedMeanwhile, NotNow
from shicheng.acquiring.keeping import keep_later
from shicheng.acquiring.models import Acquisition, Donor, Opinion
from shicheng.acquiring.reading import in_fen, plain, words
from shicheng.acquiring.states import ACQUISITION
from shicheng.acquiring.types import COUNTED_IN, VERDICTS, WAYS, WAYS_ON_PAPER, Giver, Offered
from shicheng.approvals import services as approvals
from shicheng.approvals.types import Asked
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings.fonds import named_fonds, require_open
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor

SUBJECT: Final = "acquisition"
REQUEST: Final = "acquiring.acquisition"
_CHANGEABLE: Final = ("noted", "examined", "agreed", "received")
_AFTER_AGREEMENT: Final = ("about", "period", "quantity", "counted_in", "condition", "provenance")


def note_offer(*, actor: Actor, offered: Offered, giver: Giver | None = None, donor: str = "") -> Acquisition:
    """Note what is offered, by a donor known by number or a new one. Raises `BadOffer`, `NotPermitted`."""
    policies.require_fonds(actor, policies.WRITE, offered.fonds.strip())
    values = _checked(offered)
    with atomic():
        who = write_donor(actor=actor, giver=giver) if giver is not None else _donor(actor, donor)
        now = clock.now()
        made = Acquisition.objects.create(
            number=numbering.next_number("acquisition", values["noted_on"]), donor=who, noted_by=actor.name[:200],
            noted_at=now, **values,
        )  # fmt: skip
        audit.append(actor, events.NOTED, (SUBJECT, made.pk), {**_told(made), "donor": who.number})
    return made


def change_offer(*, actor: Actor, number: str, offered: Offered, revision: int | None = None) -> Acquisition:
    """Change what is written of an acquisition; once it was agreed to, only how it is described.

    Raises `BadOffer`, `ChangedMeanwhile`, `NotNow`, `AcquisitionNotFound`, `NotPermitted`.
    """
    values = _checked(offered)
    with atomic():
        one = locked(actor, number)
        if one.state not in _CHANGEABLE:
            raise NotNow(
                _("What is written of %(number)s can't be changed in its present state.", number=number),
                hint=_("Wait for the decision, or take it up again."),
            )
        if one.state in ("agreed", "received"):
            values = {name: values[name] for name in _AFTER_AGREEMENT}
        elif not offered.noted_on:
            values.pop("noted_on")
        if "fonds_code" in values and values["fonds_code"] != one.fonds_code:
            policies.require_fonds(actor, policies.WRITE, str(values["fonds_code"]))
        if all(getattr(one, name) == value for name, value in values.items()):
            return one
        if revision is not None and one.revision != revision:
            raise ChangedMeanwhile(
                _("Somebody else changed the acquisition %(number)s meanwhile.", number=number),
                hint=_("Look at it, and make your change on it."),
            )
        for name, value in values.items():
            setattr(one, name, value)
        save(actor, one, events.CHANGED, {"what": sorted(values)})
    return one


def add_opinion(
    *, actor: Actor, number: str, person: str, verdict: str, post: str = "", text: str = "", on: date | None = None
) -> Opinion:
    """Note what a person says of the value of an offer; the same twice is one. Raises `BadOffer`, `NotNow`."""
    person, post, text = plain(person, 200), plain(post, 200), words(text)
    if verdict not in VERDICTS or not person:
        raise BadOffer(
            _("An opinion names who gives it and says whether the records are worth acquiring."),
            hint=_("Write the name and choose from the list."),
        )
    with atomic():
        one = locked(actor, number)
        require_state(one, "noted", "examined")
        day = on or today()
        same = one.opinions.filter(person=person, verdict=verdict, words=text, on=day).first()
        if same is not None:
            return same
        made = Opinion.objects.create(
            acquisition=one, person=person, post=post, on=day, verdict=verdict, words=text, noted_by=actor.name[:200],
            noted_at=clock.now(),
        )  # fmt: skip
        save(actor, one, events.OPINION, {"verdict": verdict})
    return made


def examine(*, actor: Actor, number: str) -> Acquisition:
    """Close the examination of an offer: at least one opinion was given. Raises `NotNow`, `IllegalMove`."""
    with atomic():
        one = locked(actor, number)
        ACQUISITION.find_move(one.state, "examine")
        if not one.opinions.exists():
            raise NotNow(
                _("Nobody has said what %(number)s is worth.", number=number),
                hint=_("Note the opinion of one person at least, then close the examination."),
            )
        move(actor, one, "examine")
    return one


def submit(*, actor: Actor, number: str) -> Acquisition:
    """Ask a second person to agree to the acquisition. Raises `NotNow`, `IllegalMove`, `AskedAlready`."""
    with atomic():
        one = locked(actor, number)
        ACQUISITION.find_move(one.state, "submit")
        if not one.fonds_code or named_fonds(one.fonds_code) is None:
            raise NotNow(
                _("It is not written down into which fonds %(number)s is to go.", number=number),
                hint=_("Write the code of a fonds that was founded here, such as one for collected records."),
            )
        require_open(one.fonds_code)
        title = _("Agree to the acquisition %(number)s (%(way)s)", number=one.number, way=one.way_label)
        asked = Asked(REQUEST, (SUBJECT, str(one.pk)), title, one.fonds_code, {"number": one.number})
        one.request = approvals.ask(actor=actor, asked=asked).number
        move(actor, one, "submit", request=one.request)
    return one


def decline(*, actor: Actor, number: str, reason: str) -> Acquisition:
    """Decline an offer with a reason, which stays with it. Raises `ReasonMissing`, `IllegalMove`."""
    with atomic():
        one = locked(actor, number)
        one.decline_reason = words(reason)
        move(actor, one, "decline", reason=reason)
    return one


def reopen(*, actor: Actor, number: str) -> Acquisition:
    """Take a declined offer up again."""
    with atomic():
        one = locked(actor, number)
        move(actor, one, "reopen")
    return one


def locked(actor: Actor, number: str, permission: str = policies.WRITE) -> Acquisition:
    """Lock an acquisition for whoever may do this with it; raises `AcquisitionNotFound`, `NotPermitted`."""
    require(actor, permission)
    found = policies.visible(actor).filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise unknown(number)
    one = Acquisition.objects.select_for_update(of=("self",)).select_related("donor").get(pk=found)
    policies.require_fonds(actor, permission, one.fonds_code)
    return one


def save(actor: Actor, one: Acquisition, event: str, details: dict[str, Any] | None = None) -> None:
    """Save a change of an acquisition with its entry in the log, and have it kept in the store. Inside `atomic()`."""
    one.revision += 1
    one.save()
    audit.append(actor, event, (SUBJECT, one.pk), {**_told(one), **(details or {})})
    keep_later(actor, one)


def move(actor: Actor, one: Acquisition, verb: str, *, reason: str = "", **details: Any) -> None:
    """Take an acquisition on to its next state; inside `atomic()`. Raises `IllegalMove`, `ReasonMissing`."""
    one.state = ACQUISITION.follow(one.state, verb, reason=reason)
    save(actor, one, events.MOVED, {"verb": verb, **details})


def require_state(one: Acquisition, *states: str) -> None:
    """Raise `NotNow` unless an acquisition is in one of these states."""
    if one.state not in states:
        raise NotNow(
            _("This can't be done with %(number)s in its present state.", number=one.number),
            hint=_("Load the page again and see how far it is."),
        )


def unknown(number: str) -> AcquisitionNotFound:
    """What is raised where there is none, or none for the actor."""
    return AcquisitionNotFound(
        _("There is no acquisition %(number)s here, or it is not open to you.", number=number[:40]),
        hint=_("Look it up in the register of acquisitions."),
    )


def today() -> date:
    """The day it is where the archive stands."""
    return timezone.localdate(clock.now())


def _donor(actor: Actor, number: str) -> Donor:
    found = policies.visible_donors(actor).filter(number=number.strip()).first()
    if found is None:
        raise BadOffer(_("The offer names no donor."), hint=_("Choose one of the list, or write down who it is."))
    return found


def _checked(offered: Offered) -> dict[str, Any]:
    title = plain(offered.title)
    if not title:
        raise BadOffer(_("The offer does not say what is offered."), hint=_("Write in a few words what it is."))
    if offered.way not in WAYS or offered.counted_in not in ("", *COUNTED_IN):
        raise BadOffer(
            _("Records come as one of: %(ways)s.", ways="、".join(WAYS_ON_PAPER.values())),
            hint=_("Choose from the lists."),
        )
    if offered.quantity is not None and not 0 <= offered.quantity <= 10_000_000:
        raise BadOffer(_("This is no number of things."), hint=_("Write digits alone."))
    day = offered.noted_on or today()
    if day > today() or day.year < 1900:
        raise BadOffer(_("An offer can't be noted on %(day)s.", day=str(day)), hint=_("Correct the day."))
    return {
        "title": title, "way": str(offered.way), "fonds_code": plain(offered.fonds, 40), "about": words(offered.about),
        "period": plain(offered.period, 100), "quantity": offered.quantity, "counted_in": offered.counted_in,
        "condition": words(offered.condition), "asked_fen": in_fen(offered.asked_price),
        "rights": words(offered.rights), "provenance": words(offered.provenance), "noted_on": day,
    }  # fmt: skip


def _told(one: Acquisition) -> dict[str, Any]:
    return {"number": one.number, "way": one.way, "state": one.state, "fonds": one.fonds_code}
