"""Why somebody may do something or not: which grants were looked at, and which condition of each failed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shicheng.kernel import clock
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.secrecy import levels_up_to
from shicheng.people import policies, registry
from shicheng.people.models import Grant, User
from shicheng.people.registry import Permission
from shicheng.people.services import actor_for
from shicheng.people.types import Actor, Place, Purpose, Reach
from shicheng.people.words import PURPOSES, ROLE_LABELS


@dataclass(frozen=True, slots=True)
class Look:
    """One grant that was looked at; `failed` is the first condition that was not met, None if it allows."""

    grant: Message
    failed: Message | None

    @property
    def sentence(self) -> Message:
        """Both in one."""
        if self.failed is None:
            return _("%(grant)s: it allows this.", grant=self.grant)
        return _("%(grant)s: %(failed)s", grant=self.grant, failed=self.failed)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What holds, and every grant that was looked at for it."""

    allowed: bool
    verdict: Message
    looks: tuple[Look, ...]
    roles: tuple[Message, ...]  # that would allow it


def explain(user: User, permission: str, place: Place | None = None) -> Explanation:
    """Explain what an account may do, with a record at a place if one is given."""
    wanted = registry.find_permission(permission)
    actor = actor_for(user)
    allowed = policies.allows(actor, permission, place=place)
    named = {"name": str(user), "label": wanted.label}
    if not user.is_active:
        verdict = _("%(name)s can't sign in: the account is switched off.", **named)
    elif wanted.everyone:
        verdict = _("Everyone may do this: %(label)s.", **named)
    elif allowed and permission in actor.emergency:
        verdict = _("%(name)s may do this by emergency powers: %(label)s.", **named)
    elif allowed:
        verdict = _("%(name)s may do this: %(label)s.", **named)
    else:
        verdict = _("%(name)s may not do this: %(label)s.", **named)
    now = clock.now()
    looks = tuple(_look(grant, wanted, place, now) for grant in _grants(user))
    return Explanation(allowed, verdict, looks, _roles(wanted))


def reasons(actor: Actor, permission: str) -> list[Message]:
    """Why this actor was refused, in sentences for the actor: told of their grants, never of a record."""
    wanted = registry.find_permission(permission)
    found = []
    if actor.scopes is not None and permission not in actor.scopes:
        found.append(_("The token was made without the permission %(code)s.", code=permission))
    user = User.objects.filter(pk=actor.user_id).first() if actor.kind == "user" and actor.user_id else None
    if user is not None:
        now = clock.now()
        looks = [_look(grant, wanted, None, now) for grant in _grants(user)]
        found += [
            look.sentence if look.failed else _("%(grant)s: it does not reach this.", grant=look.grant)
            for look in looks
        ]
        if not looks:
            found.append(_("No grant was given to this account yet."))
    roles = _roles(wanted)
    if roles:
        found.append(_("It is allowed to: %(roles)s.", roles="、".join(str(role) for role in roles)))
    return found


def limits_told(grant: Grant) -> list[Message]:
    """What limits a grant, each in words."""
    told = []
    if grant.fonds:
        told.append(_("fonds %(code)s", code=grant.fonds))
    if grant.category:
        told.append(_("category %(code)s", code=grant.category))
    if grant.year_from is not None or grant.year_to is not None:
        told.append(_("years %(first)s to %(last)s", first=grant.year_from or "…", last=grant.year_to or "…"))
    if grant.unit:
        told.append(_("unit %(code)s", code=grant.unit))
    if grant.ceiling:
        told.append(_("secrecy up to %(level)s", level=grant.ceiling))
    if grant.purpose != Purpose.WORK:
        told.append(PURPOSES[grant.purpose])
    if grant.begins is not None:
        told.append(_("from %(moment)s", moment=_moment(grant.begins)))
    if grant.until is not None:
        told.append(_("until %(moment)s", moment=_moment(grant.until)))
    return told


def _look(grant: Grant, wanted: Permission, place: Place | None, now: datetime) -> Look:
    role = ROLE_LABELS.get(grant.role, grant.role)
    limits = "，".join(str(one) for one in limits_told(grant))
    shown = _("%(role)s (%(limits)s)", role=role, limits=limits) if limits else _("%(role)s", role=role)
    return Look(shown, next(_failures(grant, grant.reach, wanted, place, now), None))


def _failures(grant: Grant, reach: Reach, wanted: Permission, place: Place | None, now: datetime) -> Iterator[Message]:
    if grant.ended is not None and grant.ended <= now:
        yield _("it was ended on %(moment)s.", moment=_moment(grant.ended))
    if grant.begins is not None and grant.begins > now:
        yield _("it has not begun yet.")
    if grant.until is not None and grant.until <= now:
        yield _("it ran out on %(moment)s.", moment=_moment(grant.until))
    if grant.role not in wanted.roles and not wanted.everyone:
        yield _("the role does not have this permission.")
    if reach.purpose == Purpose.READING and not policies.only_reads(wanted.code):
        yield _("it was given for reading only.")
    if place is None:
        return
    if reach.fonds is not None and place.fonds not in reach.fonds:
        yield _("the record belongs to another fonds.")
    if reach.category and reach.category != place.category:
        yield _("the record is of another category.")
    if not Reach("", year_from=reach.year_from, year_to=reach.year_to).holds(place):
        yield _("the record is of another year.")
    if reach.unit and reach.unit != place.unit:
        yield _("the record is of another unit.")
    if reach.ceiling and place.secrecy not in levels_up_to(reach.ceiling):
        yield _("the secrecy level of the record is above the grant's.")


def _grants(user: User) -> list[Grant]:
    return sorted(user.grants.all(), key=lambda one: (one.ended is not None, one.created))


def _roles(wanted: Permission) -> tuple[Message, ...]:
    return tuple(label for role, label in ROLE_LABELS.items() if role in wanted.roles)


def _moment(moment: datetime) -> str:
    from django.utils import timezone

    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
