"""Who may see and write acquisitions, who may know donors, and who may see which part of a plan."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shicheng.acquiring.errors import BadOffer
from shicheng.acquiring.models import Acquisition, Donor, EventRecord, MajorEvent, PlanLine
from shicheng.holdings import policies as holdings
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission(
    "acquiring.acquisition.read", _("See acquisitions from society"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.LEADER},
)  # fmt: skip
WRITE = registry.permission("acquiring.acquisition.write", _("Write acquisitions from society"), roles={Role.ARCHIVIST})
AGREE = registry.permission(
    "acquiring.acquisition.agree", _("Agree to acquisitions from society"), roles={Role.ARCHIVIST, Role.LEADER}
)
READ_DONORS = registry.permission(
    "acquiring.donor.read", _("See who donors are, how they are reached, and papers they signed"),
    roles={Role.ARCHIVIST},
)  # fmt: skip
READ_EVENTS = registry.permission(
    "acquiring.event.read", _("See major events and what is filed of them"),
    roles={Role.ARCHIVIST, Role.CATALOGUER, Role.LEADER, Role.FILING_CLERK},
)  # fmt: skip
WRITE_EVENTS = registry.permission(
    "acquiring.event.write", _("Write major events and plan what is filed of them"), roles={Role.ARCHIVIST}
)
LINK = registry.permission(
    "acquiring.event.link", _("Say which records are of a major event"), roles={Role.ARCHIVIST, Role.CATALOGUER}
)


def visible(actor: Actor) -> QuerySet[Acquisition]:
    """The acquisitions this actor may see: those for fonds they reach whole; for no fonds yet, whoever reaches all."""
    return Acquisition.objects.filter(_in_whole_fonds(actor, READ))


def visible_donors(actor: Actor) -> QuerySet[Donor]:
    """The donors this actor may know: of acquisitions they may see, and whom they wrote down themselves."""
    if not people.allows(actor, READ_DONORS):
        return Donor.objects.none()
    if people.whole_fonds(actor, READ_DONORS) is None:
        return Donor.objects.all()
    mine = Acquisition.objects.filter(_in_whole_fonds(actor, READ_DONORS)).values("donor")
    return Donor.objects.filter(Q(pk__in=mine) | Q(made_by_key=key_of(actor)))


def may_know(actor: Actor, one: Acquisition) -> bool:
    """Tell whether the actor may know who gives an acquisition, and read the papers that tell it."""
    codes = people.whole_fonds(actor, READ_DONORS)
    return people.allows(actor, READ_DONORS) and (codes is None or one.fonds_code in codes)


def require_fonds(actor: Actor, permission: str, fonds: str) -> None:
    """Raise `NotPermitted` unless the actor may do this for a fonds, `BadOffer` for none unless they may for all."""
    people.require(actor, permission, fonds=fonds or None)
    if not fonds and people.whole_fonds(actor, permission) is not None:
        raise BadOffer(_("You may write this for your own fonds only."), hint=_("Write the code of a fonds."))


def key_of(actor: Actor) -> str:
    """Who somebody is, whatever they call themselves."""
    return f"user:{actor.user_id}" if actor.user_id else f"{actor.kind}:{actor.name}"[:240]


def visible_lines(actor: Actor) -> QuerySet[PlanLine]:
    """The lines of plans this actor may see: of fonds they reach, or of their unit in it."""
    wanted = Q(pk__in=[])
    for one in people.reach(actor, READ_EVENTS):
        if one.category or one.ceiling:
            continue  # a plan tells nothing of categories or secrecy, so such a grant says nothing of it
        within = Q() if one.fonds is None else Q(fonds_code__in=sorted(one.fonds))
        within &= Q(unit=one.unit) if one.unit else Q()
        within &= Q() if one.year_from is None else Q(event__begins__year__gte=one.year_from)
        within &= Q() if one.year_to is None else Q(event__begins__year__lte=one.year_to)
        if not within:
            return PlanLine.objects.all()
        wanted |= within
    return PlanLine.objects.filter(wanted)


def visible_events(actor: Actor) -> QuerySet[MajorEvent]:
    """The events this actor may see: of fonds they reach whole, and those they have a line of the plan of."""
    whole = _in_whole_fonds(actor, READ_EVENTS)
    if not whole:
        return MajorEvent.objects.all()
    return MajorEvent.objects.filter(whole | Q(pk__in=visible_lines(actor).values("event")))


def visible_records(actor: Actor) -> QuerySet[EventRecord]:
    """The records in the holdings this actor may see, as records of events they may see."""
    found = EventRecord.objects.filter(event__in=visible_events(actor))
    return found.filter(item__in=holdings.visible(actor))


def _in_whole_fonds(actor: Actor, permission: str) -> Q:
    if not people.allows(actor, permission):
        return Q(pk__in=[])
    codes = people.whole_fonds(actor, permission)
    return Q() if codes is None else Q(fonds_code__in=sorted(codes))
