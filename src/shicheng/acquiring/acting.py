"""What the buttons of an acquisition's page do: one act for each verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shicheng.acquiring import deeds, offers, papers
from shicheng.acquiring.errors import BadOffer
from shicheng.acquiring.forms import read_deed, read_lines
from shicheng.acquiring.reading import read_day, read_money
from shicheng.kernel.messages import message
from shicheng.people.types import Actor
from shicheng.settings import current

Given = Mapping[str, str]
Act = Callable[[Actor, str, Given], str]


def act(actor: Actor, number: str, given: Given) -> str:
    """Carry out what a form asks for and say what was done; raises `BadOffer` for what is no act."""
    chosen = _ACTS.get(given.get("verb", ""))
    if chosen is None:
        raise BadOffer(message("There is no such act."), hint=message("Load the page again."))
    return chosen(actor, number, given)


def _opinion(actor: Actor, number: str, given: Given) -> str:
    offers.add_opinion(
        actor=actor, number=number, person=given.get("person", ""), post=given.get("post", ""),
        verdict=given.get("verdict", ""), text=given.get("text", ""), on=read_day(given.get("on", "")),
    )  # fmt: skip
    return _("The opinion is noted.")


def _examine(actor: Actor, number: str, given: Given) -> str:
    offers.examine(actor=actor, number=number)
    return _("The examination is closed.")


def _submit(actor: Actor, number: str, given: Given) -> str:
    one = offers.submit(actor=actor, number=number)
    return _("Agreement is asked for by the request %(number)s.") % {"number": one.request}


def _decline(actor: Actor, number: str, given: Given) -> str:
    offers.decline(actor=actor, number=number, reason=given.get("reason", ""))
    return _("The offer is declined.")


def _reopen(actor: Actor, number: str, given: Given) -> str:
    offers.reopen(actor=actor, number=number)
    return _("The offer is taken up again.")


def _deed(actor: Actor, number: str, given: Given) -> str:
    one = deeds.write_deed(actor=actor, number=number, deed=read_deed(given), settings=current())
    return _("The deed %(number)s is written down.") % {"number": one.deed_number}


def _receive(actor: Actor, number: str, given: Given) -> str:
    deeds.receive(
        actor=actor, number=number, lines=read_lines(given.get("lines", "")), on=read_day(given.get("on", "")),
        received_by=given.get("received_by", ""),
    )  # fmt: skip
    return _("What came is noted.")


def _accession(actor: Actor, number: str, given: Given) -> str:
    deeds.accession(actor=actor, number=number, note=given.get("note", ""))
    return _("It is in the holdings.")


def _return(actor: Actor, number: str, given: Given) -> str:
    deeds.give_back(
        actor=actor, number=number, reason=given.get("reason", ""), on=read_day(given.get("on", ""))
    )  # fmt: skip
    return _("It is noted that the deposit was given back.")


def _cost(actor: Actor, number: str, given: Given) -> str:
    amount = read_money(given.get("amount", ""))
    if amount is None:
        raise BadOffer(message("No amount is given."), hint=message("Write it with digits, such as 1200.50."))
    deeds.add_cost(
        actor=actor, number=number, kind=given.get("kind", ""), amount=amount, on=read_day(given.get("on", "")),
        text=given.get("text", ""),
    )  # fmt: skip
    return _("The cost is noted.")


def _issue(actor: Actor, number: str, given: Given) -> str:
    language = "zh-hans" if (get_language() or "").startswith("zh") else "en"
    made = papers.issue_paper(
        actor=actor, number=number, kind=given.get("kind", ""), language=language, settings=current()
    )
    return _("The paper is set and kept: %(name)s") % {"name": made.name}


_ACTS: Final[Mapping[str, Act]] = {
    "opinion": _opinion, "examine": _examine, "submit": _submit, "decline": _decline, "reopen": _reopen,
    "deed": _deed, "receive": _receive, "accession": _accession, "return": _return, "cost": _cost, "issue": _issue,
}  # fmt: skip
