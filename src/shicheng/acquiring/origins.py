"""Where items come from and what they belong to, for the page of an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from shicheng.acquiring import policies
from shicheng.acquiring.models import Acquisition, EventRecord
from shicheng.acquiring.types import ORIGIN
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

if TYPE_CHECKING:
    from shicheng.holdings.models import Item
    from shicheng.people.types import Actor


def origin_of_item(one: Item) -> list[tuple[str, str]]:
    """The acquisition an item came by, as the log names it. Whoever asks has made sure who reads it."""
    found = _acquisition(one)
    return [("acquisition", str(found.pk))] if found is not None else []


def belongings_of_item(actor: Actor, one: Item) -> list[tuple[Message, str, str]]:
    """The acquisition an item came by, its donor as far as they may be named, and the events it is a record of."""
    told: list[tuple[Message, str, str]] = []
    found = _acquisition(one)
    if found is not None:
        seen = policies.visible(actor).filter(pk=found.pk).exists()
        address = reverse("acquiring:acquisition", args=[found.number]) if seen else ""
        told.append((found.way_label, f"{found.number} {found.deed_number}".strip(), address))
        if found.donor.is_named:
            told.append((_("Donor (holder)"), found.donor.name, ""))
    rows = EventRecord.objects.filter(item=one, event__in=policies.visible_events(actor))
    for row in rows.select_related("event").order_by("event__begins", "event__number"):
        address = reverse("acquiring:event", args=[row.event.number])
        told.append((_("Major event"), row.event.name, address))
    return told


def _acquisition(one: Item) -> Acquisition | None:
    number = str(one.extra.get(ORIGIN, ""))
    return Acquisition.objects.select_related("donor").filter(number=number).first() if number else None
