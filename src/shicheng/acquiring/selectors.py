"""Reading acquisitions, donors and costs. Whatever lists anything starts from what the actor may see."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from shicheng.acquiring import policies
from shicheng.acquiring.models import Acquisition, Cost, Donor
from shicheng.acquiring.offers import unknown
from shicheng.acquiring.states import OPEN
from shicheng.people import policies as people
from shicheng.people.types import Actor

ORDERS = {
    "": ("-number",), "number": ("number",), "title": ("title", "-number"), "state": ("state", "-number"),
    "way": ("way", "-number"), "noted": ("-noted_on", "-number"), "-noted": ("noted_on", "number"),
}  # fmt: skip


def acquisitions(
    actor: Actor, *, state: str = "", way: str = "", year: int | None = None, text: str = "", order: str = ""
) -> QuerySet[Acquisition]:
    """Acquisitions the actor may see, narrowed; the year is that in which they were noted."""
    found = policies.visible(actor).select_related("donor")
    if state == "open":
        found = found.filter(state__in=OPEN)
    elif state:
        found = found.filter(state=state)
    if way:
        found = found.filter(way=way)
    if year is not None:
        found = found.filter(noted_on__year=year)
    if text:
        # Nobody learns by searching who wishes not to be named.
        known = people.whole_fonds(actor, policies.READ_DONORS) is None and people.allows(actor, policies.READ_DONORS)
        names = Q(donor__name__icontains=text) if known else Q(donor__name__icontains=text, donor__wish="named")
        found = found.filter(
            Q(number__icontains=text) | Q(title__icontains=text) | Q(deed_number__icontains=text)
            | Q(donor__number=text) | names
        )  # fmt: skip
    return found.order_by(*ORDERS.get(order, ORDERS[""]))


def acquisition(actor: Actor, number: str) -> Acquisition:
    """One acquisition by its number; raises `AcquisitionNotFound`."""
    found = policies.visible(actor).select_related("donor").filter(number=number).first()
    if found is None:
        raise unknown(number)
    return found


def donors(actor: Actor, *, text: str = "", kind: str = "") -> QuerySet[Donor]:
    """Donors the actor may know, the newest first."""
    found = policies.visible_donors(actor)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(number__icontains=text))
    return found.order_by("-number")


def costs(actor: Actor, *, year: int | None = None) -> QuerySet[Cost]:
    """Costs of acquisitions the actor may see, the newest first."""
    found = Cost.objects.filter(acquisition__in=policies.visible(actor)).select_related("acquisition")
    if year is not None:
        found = found.filter(on__year=year)
    return found.order_by("-on", "-id")


def ending_deposits(actor: Actor, day: date) -> QuerySet[Acquisition]:
    """Deposits that are here and whose time is over by a day, the first to end first."""
    here = acquisitions(actor, way="deposit").filter(state__in=("received", "accessioned"))
    return here.filter(deposit_until__lte=day).order_by("deposit_until", "number")


def waiting(actor: Actor) -> QuerySet[Acquisition]:
    """Acquisitions somebody has to go on with, the oldest first; requests for agreement wait among the requests."""
    return acquisitions(actor, state="open").exclude(state="submitted").order_by("noted_on", "number")
