"""Looking at the log without reading it whole: is its end what it should be, and what happened since a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from shicheng.audit import policies
from shicheng.audit.models import Entry, Head, SignedHead
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.policies import EVERYTHING, allows, reach
from shicheng.people.types import Actor

COUNT_AT_MOST: Final = 100_000


def fault_at_end(actor: Actor) -> Message | None:
    """What is wrong where the log ends or was signed last, None if nothing; the whole chain is `verify_chain`'s."""
    if not policies.may_prove(actor):
        return None
    head = Head.objects.filter(pk=1).first() or Head()
    # Read after the head, so that entries appended meanwhile are no fault.
    last = Entry.objects.filter(position__gte=head.position).order_by("position").first()
    if head.position and (last is None or (last.position, last.hash) != (head.position, head.hash)):
        return _("The audit log does not end where its head says. Verify it and look at the last backup.")
    signed = SignedHead.objects.order_by("-position", "-id").first()
    if signed is None:
        return None
    entry = Entry.objects.filter(position=signed.position).values_list("hash", flat=True).first()
    if entry != signed.hash:
        return _("The audit log is not the one that was signed last. Verify it and look at the last backup.")
    return None


def position_at(moment: datetime) -> int:
    """The position of the first entry not before a moment, one more than the last if there is none.

    Entries are in the order of time but for the moments their transactions take; found by halving, without an index.
    """
    low, high = 1, (Head.objects.values_list("position", flat=True).filter(pk=1).first() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        at = Entry.objects.filter(position=middle).values_list("at", flat=True).first()
        if at is not None and at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def counts_since(actor: Actor, events: Iterable[str], moment: datetime) -> dict[str, int]:
    """How many entries there are of each event since a moment, at most a hundred thousand of one.

    Counted are those the actor may list, or all for those who read the history of every record.
    """
    seen = policies.visible(actor)
    if reach(actor, policies.READ_HISTORY) == EVERYTHING:
        seen = Entry.objects.all()
    elif not allows(actor, policies.READ):
        return {}
    seen = seen.filter(position__gte=position_at(moment))
    return {code: seen.filter(event=code)[:COUNT_AT_MOST].count() for code in events}
