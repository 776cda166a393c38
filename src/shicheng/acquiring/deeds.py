"""Agreement and deeds: what two sides agreed on, costs, and giving deposits back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from shicheng.acquiring import events, numbering
from shicheng.acquiring.errors import BadOffer, NotNow
from shicheng.acquiring.models import Acquisition, Cost
from shicheng.acquiring.offers import locked, move, require_state, save, today
from shicheng.acquiring.reading import in_fen, plain, words
from shicheng.acquiring.states import ACQUISITION
from shicheng.acquiring.types import COSTS, Deed, Line, Way
from shicheng.approvals.models import ApprovalRequest
from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.settings import Settings

MOST_LINES = 500


def agree(actor: Actor, request: ApprovalRequest) -> None:
    """A second person agreed; twice is once."""
    one = Acquisition.objects.select_for_update().get(pk=request.subject_id)
    if one.state == "submitted":
        one.agreed_on = today()
        move(actor, one, "agree", request=request.number)


def take_back(actor: Actor, request: ApprovalRequest) -> None:
    """The request was refused, withdrawn, or expired: the offer is examined as before; twice is once."""
    one = Acquisition.objects.select_for_update().get(pk=request.subject_id)
    if one.state == "submitted":
        move(actor, one, "take_back", request=request.number)


def write_deed(*, actor: Actor, number: str, deed: Deed, settings: Settings) -> Acquisition:
    """Write what the two sides agreed on; the first time gives the deed its number. The same twice is one.

    Its conditions are laid on what comes in afterwards. Raises `BadOffer`, `NotNow`.
    """
    values = {
        "signed_on": deed.signed_on, "terms": words(deed.terms), "deed_rights": words(deed.rights),
        "closed_until": deed.closed_until, "needs_consent": deed.needs_consent, "conditions": words(deed.conditions),
        "deposit_until": deed.deposit_until, "price_fen": in_fen(deed.price),
    }  # fmt: skip
    with atomic():
        one = locked(actor, number)
        require_state(one, "agreed", "received", "accessioned")
        _require_sound(one, deed)
        if one.deed_number and all(getattr(one, name) == value for name, value in values.items()):
            return one
        if not one.deed_number:
            one.deed_number = numbering.next_paper_number("deed", deed.signed_on or today(), settings)
        for name, value in values.items():
            setattr(one, name, value)
        save(actor, one, events.DEED_WRITTEN, {"deed": one.deed_number})
    return one


def receive(
    *, actor: Actor, number: str, lines: Sequence[Line] = (), on: date | None = None, received_by: str = ""
) -> Acquisition:
    """Note what came, and when; the deed must be signed. Raises `NotNow`, `BadOffer`, `IllegalMove`."""
    listed = [
        {"what": plain(line.what), "quantity": plain(line.quantity, 40), "condition": plain(line.condition)}
        for line in lines
        if line.what.strip()
    ]
    if len(listed) > MOST_LINES:
        raise BadOffer(
            _("The list of what came has more than %(most)s lines.", most=MOST_LINES),
            hint=_("Put together what belongs together, and attach the whole list as a paper."),
        )
    with atomic():
        one = locked(actor, number)
        ACQUISITION.find_move(one.state, "receive")
        if not one.deed_number or one.signed_on is None:
            raise NotNow(
                _("The deed of %(number)s is not signed.", number=number),
                hint=_("Write the deed with the day it was signed on, then note what came."),
            )
        day = on or today()
        if day > today() or day < one.noted_on:
            raise BadOffer(_("Nothing can have come on %(day)s.", day=str(day)), hint=_("Correct the day."))
        one.received_on, one.received_by = day, plain(received_by, 200) or actor.name[:200]
        one.receipt = listed or [{"what": one.title, "quantity": one.amount, "condition": plain(one.condition[:400])}]
        move(actor, one, "receive", lines=len(one.receipt))
    return one


def accession(*, actor: Actor, number: str, note: str) -> Acquisition:
    """Enter into the holdings what has no files here, saying where it is. Raises `NotNow`, `IllegalMove`.

    What came as files is entered when they are in the pool; see `deliveries.take_in`.
    """
    with atomic():
        one = locked(actor, number)
        ACQUISITION.find_move(one.state, "accession")
        one.accession_note = words(note, 1000)
        if not one.accession_note:
            raise BadOffer(
                _("It is not said where %(number)s is.", number=number),
                hint=_("Bring its files in, or write where the things themselves are kept."),
            )
        one.accessioned_on = today()
        move(actor, one, "accession")
    return one


def give_back(*, actor: Actor, number: str, reason: str, on: date | None = None) -> Acquisition:
    """Give a deposit back to its holder. Raises `NotNow` for anything else, `ReasonMissing`, `IllegalMove`."""
    with atomic():
        one = locked(actor, number)
        ACQUISITION.find_move(one.state, "return")
        if one.way != Way.DEPOSIT:
            raise NotNow(
                _("%(number)s was not deposited, so it belongs to the archive.", number=number),
                hint=_("What leaves the archive for other reasons goes the way of disposal."),
            )
        one.return_reason, one.returned_on = words(reason), on or today()
        move(actor, one, "return", reason=reason)
    return one


def add_cost(*, actor: Actor, number: str, kind: str, amount: Decimal, on: date | None = None, text: str = "") -> Cost:
    """Note what was paid for an acquisition (征集经费), in yuan. Raises `BadOffer`."""
    paid = in_fen(amount)
    if kind not in COSTS or not paid:
        raise BadOffer(_("A cost has a kind and an amount above nothing."), hint=_("Choose the kind; correct it."))
    day = on or today()
    if day > today():
        raise BadOffer(_("Nothing can have been paid on %(day)s.", day=str(day)), hint=_("Correct the day."))
    with atomic():
        one = locked(actor, number)
        made = Cost.objects.create(
            acquisition=one, on=day, kind=kind, amount_fen=paid, words=plain(text), noted_by=actor.name[:200],
            noted_at=clock.now(),
        )  # fmt: skip
        save(actor, one, events.COST_NOTED, {"amount": str(made.amount), "kind": kind, "day": day.isoformat()})
    return made


def _require_sound(one: Acquisition, deed: Deed) -> None:
    if deed.signed_on is not None and (deed.signed_on > today() or deed.signed_on < one.noted_on):
        raise BadOffer(
            _("The deed can't have been signed on %(day)s.", day=str(deed.signed_on)),
            hint=_("It is signed after the offer was noted and not in the future."),
        )
    if one.way == Way.PURCHASE and deed.price is None:
        raise BadOffer(_("A purchase has no price."), hint=_("Write what was agreed on."))
    if deed.price is not None and one.way != Way.PURCHASE:
        raise BadOffer(_("Only a purchase has a price."), hint=_("Note an award or other expenses among the costs."))
    if deed.deposit_until is not None and one.way != Way.DEPOSIT:
        raise BadOffer(_("Only a deposit has an end."), hint=_("Leave the day empty."))
