"""Writing donors down. Their personal data is in their row and in the store, and in no entry of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from shicheng.acquiring import events, numbering, policies
from shicheng.acquiring.errors import AcquisitionNotFound, BadOffer, ChangedMeanwhile
from shicheng.acquiring.models import Donor
from shicheng.acquiring.reading import plain, words
from shicheng.acquiring.types import CONTACTS, DONOR_KINDS, WISHES, Giver, Wish
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.describing import authorities
from shicheng.describing import policies as describing
from shicheng.describing.errors import BadAuthority
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor

SUBJECT: Final = "donor"
_COLUMNS: Final = ("kind", "name", "wish", "contacts", "note")


def write_donor(*, actor: Actor, giver: Giver, number: str = "", revision: int | None = None) -> Donor:
    """Write a donor down, or change the one with this number as it was in `revision`; the same twice is one change.

    A donor who may be named gets an authority of persons or bodies, so that what came from them is found together.
    Raises `BadOffer`, `ChangedMeanwhile`, `AcquisitionNotFound`, `NotPermitted`.
    """
    require(actor, policies.WRITE)
    require(actor, policies.READ_DONORS)
    values = _checked(giver)
    with atomic():
        if number:
            donor = _locked(actor, number)
            if all(getattr(donor, name) == values[name] for name in _COLUMNS):
                return donor
            if revision is not None and donor.revision != revision:
                raise ChangedMeanwhile(
                    _("Somebody else changed the donor %(number)s meanwhile.", number=number),
                    hint=_("Look at it, and make your change on it."),
                )
            donor.revision += 1
        else:
            now = clock.now()
            donor = Donor(
                number=numbering.next_number("donor", now.date()), made_by=actor.name[:200],
                made_by_key=policies.key_of(actor), made_at=now,
            )  # fmt: skip
        for name in _COLUMNS:
            setattr(donor, name, values[name])
        donor.authority = _authority(actor, donor)
        donor.save()
        audit.append(
            actor, events.DONOR_WRITTEN, (SUBJECT, donor.pk),
            {"donor": donor.number, "kind": donor.kind, "revision": donor.revision},
        )  # fmt: skip
        _keep_again(actor, donor)
    return donor


def look_at_donor(*, actor: Actor, number: str) -> Donor:
    """One donor with the personal data, which the log tells. Raises `AcquisitionNotFound`, `NotPermitted`."""
    require(actor, policies.READ_DONORS)
    donor = policies.visible_donors(actor).filter(number=number).first()
    if donor is None:
        raise _unknown(number)
    with atomic():
        audit.append(actor, events.DONOR_READ, (SUBJECT, donor.pk), {"donor": donor.number})
    return donor


def _locked(actor: Actor, number: str) -> Donor:
    found = policies.visible_donors(actor).filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise _unknown(number)
    return Donor.objects.select_for_update().get(pk=found)


def _checked(giver: Giver) -> dict[str, object]:
    if giver.kind not in DONOR_KINDS or giver.wish not in WISHES:
        raise BadOffer(_("A donor is a person or a body, named or not named."), hint=_("Choose from the lists."))
    name = plain(giver.name, 300)
    if not name:
        raise BadOffer(
            _("The donor has no name."), hint=_("Write it also for one who is not to be named: it is kept from others.")
        )
    given: Mapping[str, str] = giver.contacts or {}
    unknown = sorted(set(given) - set(CONTACTS))
    if unknown:
        raise BadOffer(
            _("A donor has nothing called %(name)s.", name=unknown[0][:60]),
            hint=_("There are: %(names)s.", names=", ".join(CONTACTS)),
        )
    contacts = {key: text for key in CONTACTS if (text := plain(given.get(key, ""), 300))}
    return {"kind": giver.kind, "name": name, "wish": giver.wish, "contacts": contacts, "note": words(giver.note)}


def _authority(actor: Actor, donor: Donor) -> UUID | None:
    """The authority of a donor who may be named, made if there is none of this name; one who may not has none."""
    if donor.wish != Wish.NAMED or not allows(actor, describing.KEEP_AUTHORITIES):
        return donor.authority if donor.wish == Wish.NAMED else None
    found = authorities.named(donor.kind, donor.name)
    if found is not None:
        return found.pk
    try:
        return authorities.save_authority(actor=actor, kind=donor.kind, name=donor.name).pk
    except BadAuthority:  # a name authorities can't have: the donor is kept all the same
        return None


def _keep_again(actor: Actor, donor: Donor) -> None:
    from shicheng.acquiring.keeping import keep_later

    for one in donor.acquisitions.all():
        keep_later(actor, one)


def _unknown(number: str) -> AcquisitionNotFound:
    return AcquisitionNotFound(
        _("There is no donor %(number)s here, or it is not open to you.", number=number[:40]),
        hint=_("Look it up in the list of donors."),
    )
