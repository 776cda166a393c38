"""Giving grants and ending them. The three administrators (三员) are kept apart here, and by triggers below."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.kernel.secrecy import LEVELS
from shicheng.people import news, policies
from shicheng.people.errors import BadGrant, GrantRefused
from shicheng.people.models import Grant, User
from shicheng.people.types import ADMINISTRATORS, Actor, Purpose, Role
from shicheng.people.words import ROLE_LABELS

OWN: Final = "own"
APART: Final = "apart"


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a grant reaches: what is empty or None limits nothing."""

    fonds: str = ""
    category: str = ""
    year_from: int | None = None
    year_to: int | None = None
    unit: str = ""
    ceiling: str = ""
    purpose: str = Purpose.WORK.value
    begins: datetime | None = None
    until: datetime | None = None

    @property
    def narrows(self) -> bool:
        """Tell whether it limits what is reached, not only when."""
        return self.purpose != Purpose.WORK or any(
            (self.fonds, self.category, self.year_from, self.year_to, self.unit, self.ceiling)
        )


NO_LIMITS: Final = Limits()


def give_grant(*, actor: Actor, user_id: UUID, role: str, limits: Limits = NO_LIMITS, reason: str = "") -> Grant:
    """Give somebody a role as far as the limits reach; the same grant given twice is one.

    Raises `GrantRefused` for oneself and for a role beside which it can't stand (noted in the log), `BadGrant` for
    limits that can't be meant, `NotPermitted`.
    """
    policies.require(actor, policies.GRANT)
    check_limits(role, limits)
    try:
        with atomic():
            user = _locked(user_id)
            if user.pk == actor.user_id:
                raise Refusal(user, OWN)
            return put_grant(actor=actor, user=user, role=role, limits=limits, reason=reason)
    except Refusal as refusal:
        raise _note(actor, refusal, role) from None


def end_grant(*, actor: Actor, grant_id: UUID) -> Grant:
    """End a grant now; one that ended before stays as it is. Raises `GrantRefused`, `BadGrant`, `NotPermitted`."""
    policies.require(actor, policies.GRANT)
    found = Grant.objects.filter(pk=grant_id).first()
    if found is None:
        raise BadGrant(_("There is no such grant."), hint=_("Look it up in the list of grants."))
    try:
        with atomic():
            user = _locked(found.user_id)
            grant = Grant.objects.select_for_update().get(pk=grant_id)
            if user.pk == actor.user_id:
                raise Refusal(user, OWN)
            if grant.ended is None:
                grant.ended, grant.ended_by = clock.now(), actor.name[:200]
                grant.save(update_fields=["ended", "ended_by"])
                details = {"username": user.username, "role": grant.role, "fonds": grant.fonds}
                news.tell(actor, news.GRANT_ENDED, ("user", str(user.pk)), details)
    except Refusal as refusal:
        raise _note(actor, refusal, found.role) from None
    return grant


def put_grant(*, actor: Actor, user: User, role: str, limits: Limits, reason: str = "") -> Grant:
    """Write a grant of an account that is locked or new, inside `atomic()`; raises what `give_grant` notes."""
    now = clock.now()
    held = Grant.objects.filter(user=user, ended__isnull=True)
    held.filter(until__lte=now).update(ended=F("until"), ended_by="")  # those that ran out exclude nothing any more
    if role != Role.READER and any(_excludes(role, other) for other in held.values_list("role", flat=True)):
        raise Refusal(user, APART)
    values = asdict(limits)
    exact = {key if value is not None else f"{key}__isnull": value is None or value for key, value in values.items()}
    same = held.filter(role=role, **exact).first()
    if same is not None:
        return same
    try:
        with atomic():
            grant = Grant.objects.create(
                user=user, role=role, reason=reason.strip(), given_by=actor.name[:200], **values
            )
    except IntegrityError:  # another connection was quicker
        raise Refusal(user, APART) from None
    told = {key: str(value) for key, value in values.items() if value not in ("", None)}
    details = {"username": user.username, "role": str(role), "reason": reason.strip(), **told}
    news.tell(actor, news.GRANT_GIVEN, ("user", str(user.pk)), details)
    return grant


def check_limits(role: str, limits: Limits) -> None:
    """Raise `BadGrant` for a role there is not, or limits that can't be meant for it."""
    if role not in ROLE_LABELS:
        raise BadGrant(
            _("There is no role %(role)s.", role=role),
            hint=_("Use one of: %(known)s.", known=", ".join(sorted(ROLE_LABELS))),
        )
    if role in {*ADMINISTRATORS, Role.READER} and limits.narrows:
        raise BadGrant(
            _("The role %(role)s reaches no records, so it has no limits but those of time.", role=ROLE_LABELS[role]),
            hint=_("Leave fonds, category, years, unit, secrecy and purpose as they were."),
        )
    if role == Role.FILING_CLERK and not (limits.fonds and limits.unit):
        raise BadGrant(
            _("A filing clerk belongs to one unit of one fonds."), hint=_("Give the code of the fonds and of the unit.")
        )
    first, last = limits.year_from, limits.year_to
    if any(year is not None and not 1 <= year <= 9999 for year in (first, last)) or (first or 0) > (last or 9999):
        raise BadGrant(_("The years do not follow each other."), hint=_("Write the earlier one first."))
    if limits.ceiling and limits.ceiling not in LEVELS:
        raise BadGrant(
            _("There is no secrecy level %(level)s.", level=limits.ceiling),
            hint=_("Use one of: %(known)s.", known=", ".join(LEVELS)),
        )
    if limits.purpose not in list(Purpose):
        raise BadGrant(
            _("There is no purpose %(name)s.", name=limits.purpose),
            hint=_("Use one of: %(known)s.", known=", ".join(Purpose)),
        )
    if limits.until is not None and limits.until <= max(clock.now(), limits.begins or clock.now()):
        raise BadGrant(_("The grant would have ended already."), hint=_("Choose an end to come, or none."))


class Refusal(Exception):  # it is no error yet: `refused` makes it one
    """Why a grant is refused, carried out of the transaction it was found in."""

    def __init__(self, user: User, why: str) -> None:
        super().__init__(why)
        self.user, self.why = user, why


def _note(actor: Actor, refusal: Refusal, role: str) -> GrantRefused:
    """Write into the log what somebody tried, and return the error to raise."""
    details: dict[str, Any] = {"username": refusal.user.username, "role": role, "why": refusal.why}
    with atomic():
        news.tell(actor, news.GRANT_REFUSED, ("user", str(refusal.user.pk)), details)
    return refused(refusal)


def refused(refusal: Refusal) -> GrantRefused:
    """The error a person meets."""
    if refusal.why == OWN:
        return GrantRefused(
            _("Nobody changes what they may do themselves; the attempt stands in the log."),
            hint=_("Ask another security administrator."),
        )
    return GrantRefused(
        _("%(name)s can't hold this role: an administrator (三员) holds no second role.", name=refusal.user.username),
        hint=_("End the other grants first, or give the role to another account."),
    )


def _excludes(role: str, other: str) -> bool:
    return other not in (role, Role.READER) and bool({role, other} & ADMINISTRATORS)


def _locked(user_id: UUID) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise BadGrant(_("There is no such account."), hint=_("Look it up in the list of accounts."))
    return user
