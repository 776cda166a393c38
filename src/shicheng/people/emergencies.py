"""Emergency powers (应急): named permissions for some hours, asked for by one person and confirmed by another.

They end by themselves. While they last an alarm stands on the desks of who watches, and whatever is done under them is
marked in the log, reading too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from shicheng.base.db import atomic
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people import news, policies, registry
from shicheng.people.errors import BadEmergency
from shicheng.people.models import Emergency, User
from shicheng.people.troubles import Trouble, tell_by
from shicheng.people.types import Actor

_NEVER = ("people.", "audit.")  # nobody gets power over powers, or over what watches them


def may_be_asked(permission: str) -> bool:
    """Tell whether this permission may be given for an emergency."""
    return not permission.startswith(_NEVER) and not registry.find_permission(permission).everyone


def ask_emergency(*, actor: Actor, permissions: Iterable[str], reason: str, hours: int, most_hours: int) -> Emergency:
    """Ask for permissions for some hours from when they are confirmed. Raises `BadEmergency`, `NotPermitted`."""
    policies.require(actor, policies.ASK_EMERGENCY)
    wanted = sorted(set(permissions))
    if actor.user_id is None or actor.kind != "user":
        raise BadEmergency(_("Only people with an account ask for emergency powers."), hint=_("Sign in at the desk."))
    known = {one.code for one in registry.all_permissions()}
    if not wanted or any(code not in known or not may_be_asked(code) for code in wanted):
        raise BadEmergency(
            _("These permissions can't be asked for."), hint=_("Choose at least one permission from the list.")
        )
    if not reason.strip():
        raise BadEmergency(_("There is no reason."), hint=_("Say what happened and what must be done at once."))
    if not 1 <= hours <= most_hours:
        raise BadEmergency(
            _("Emergency powers last from one hour to %(most)s hours.", most=most_hours),
            hint=_("Ask for fewer hours; they can be asked for again."),
        )
    with atomic():
        user = User.objects.select_for_update().get(pk=actor.user_id)
        if Emergency.objects.filter(user=user, decided__isnull=True).exists():
            raise BadEmergency(
                _("You asked already, and it waits to be confirmed."),
                hint=_("Have a security administrator look at it."),
            )
        emergency = Emergency.objects.create(
            user=user, permissions=wanted, reason=reason.strip()[:2000], hours=hours, asked=clock.now()
        )
        details = {"username": user.username, "permissions": wanted, "reason": emergency.reason, "hours": hours}
        news.tell(actor, news.EMERGENCY_ASKED, ("emergency", str(emergency.pk)), details)
    return emergency


def decide_emergency(*, actor: Actor, emergency_id: UUID, confirm: bool) -> Emergency:
    """Confirm what somebody else asked for, from now on, or refuse it. Raises `BadEmergency`, `NotPermitted`."""
    policies.require(actor, policies.CONFIRM_EMERGENCY)
    with atomic():
        emergency = _locked(emergency_id)
        if emergency.decided is not None:
            raise BadEmergency(_("This was decided already."), hint=_("Load the page again."))
        if actor.user_id is None or emergency.user_id == actor.user_id:
            raise BadEmergency(
                _("Emergency powers are confirmed by a second person who has an account."),
                hint=_("Ask another security administrator."),
            )
        now = clock.now()
        emergency.decided, emergency.confirmed, emergency.decided_by_id = now, confirm, actor.user_id
        emergency.until = now + timedelta(hours=emergency.hours) if confirm else None
        emergency.save(update_fields=["decided", "confirmed", "decided_by", "until"])
        details = {"username": emergency.user.username, "permissions": emergency.permissions, "until": emergency.until}
        event = news.EMERGENCY_CONFIRMED if confirm else news.EMERGENCY_REFUSED
        news.tell(actor, event, ("emergency", str(emergency.pk)), details)
    return emergency


def end_emergency(*, actor: Actor, emergency_id: UUID) -> Emergency:
    """End emergency powers before their time: one's own, or as a security administrator anybody's."""
    with atomic():
        emergency = _locked(emergency_id)
        if emergency.user_id != actor.user_id:
            policies.require(actor, policies.CONFIRM_EMERGENCY)
        if emergency.holds_at(clock.now()):
            emergency.ended = clock.now()
            emergency.save(update_fields=["ended"])
            details = {"username": emergency.user.username}
            news.tell(actor, news.EMERGENCY_ENDED, ("emergency", str(emergency.pk)), details)
    return emergency


def note_use(actor: Actor, *, method: str, address: str) -> None:
    """Note in the log what somebody with emergency powers asked for."""
    with atomic():
        details = {"method": method, "address": address[:400]}
        news.tell(actor, news.EMERGENCY_USED, ("emergency", actor.emergency_id), details)


def emergencies(actor: Actor) -> QuerySet[Emergency]:
    """What was asked for and decided, newest first: of everybody for who watches, else one's own."""
    found = Emergency.objects.select_related("user", "decided_by")
    if policies.allows(actor, policies.READ_EMERGENCIES):
        return found
    return found.filter(user_id=actor.user_id) if actor.user_id is not None else found.none()


@tell_by
def alarms(actor: Actor) -> list[Trouble]:
    """Tell who watches which emergency powers are in force, and who confirms what waits."""
    if not policies.allows(actor, policies.READ_EMERGENCIES):
        return []
    now = clock.now()
    found = []
    for one in emergencies(actor).filter(
        Q(until__gt=now, ended__isnull=True, confirmed=True) | Q(decided__isnull=True)
    ):
        said = {"name": str(one.user), "reason": one.reason}
        if one.confirmed:
            sentence = _("Emergency powers of %(name)s are in force: %(reason)s", **said)
        else:
            sentence = _("%(name)s asks for emergency powers: %(reason)s", **said)
        found.append(Trouble(sentence, "people:emergencies"))
    return found


def _locked(emergency_id: UUID) -> Emergency:
    emergency = Emergency.objects.select_for_update().filter(pk=emergency_id).first()
    if emergency is None:
        raise BadEmergency(_("There is no such emergency."), hint=_("Look it up in the list."))
    return emergency
