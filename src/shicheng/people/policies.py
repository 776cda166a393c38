"""May this actor do that, and how far? Everything is denied that no role allows."""

from __future__ import annotations

from typing import Final

from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.errors import NotPermitted
from shicheng.people.types import CONTENT, STAFF, Actor, Place, Purpose, Reach, Role

SIGN_IN = registry.permission("people.desk.enter", _("Enter the desk"), roles=STAFF)
MANAGE = registry.permission("people.account.manage", _("Manage accounts"), roles={Role.SYSTEM_ADMINISTRATOR})
MANAGE_TOKENS = registry.permission(
    "people.token.manage", _("Make and revoke tokens of programs"), roles={Role.SYSTEM_ADMINISTRATOR}
)
OWN_TOKENS = registry.permission("people.token.own", _("Make and revoke tokens that act as oneself"), roles=STAFF)
GRANT = registry.permission("people.grant.give", _("Give and end grants"), roles={Role.SECURITY_ADMINISTRATOR})
READ_GRANTS = registry.permission(
    "people.grant.read", _("See what everyone may do and why"), roles={Role.SECURITY_ADMINISTRATOR}
)
ASK_EMERGENCY = registry.permission("people.emergency.ask", _("Ask for emergency powers"), roles=STAFF)
CONFIRM_EMERGENCY = registry.permission(
    "people.emergency.confirm", _("Confirm emergency powers of others"), roles={Role.SECURITY_ADMINISTRATOR}
)
READ_EMERGENCIES = registry.permission(
    "people.emergency.read", _("See everyone's emergency powers"), roles={Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}
)
ASSIGN_DUTIES = registry.permission(
    "people.duty.assign", _("Say who is responsible"), roles={Role.ARCHIVIST, Role.LEADER}
)
READ_DUTIES = registry.permission("people.duty.read", _("See who is responsible"), roles=CONTENT)

EVERYTHING: Final = (Reach(role=""),)


def reach(actor: Actor, permission: str) -> tuple[Reach, ...]:
    """How far the actor may do `permission`: nothing if empty, `EVERYTHING` if without limit, else what any holds."""
    wanted = registry.find_permission(permission)
    if wanted.everyone:
        return EVERYTHING
    if actor.scopes is not None and permission not in actor.scopes:
        return ()
    if actor.kind == "system" or permission in actor.emergency:
        return EVERYTHING
    if actor.reaches is None:
        if not actor.roles & wanted.roles:
            return ()
        return EVERYTHING if actor.fonds is None else (Reach(role="", fonds=actor.fonds),)
    found = tuple(one for one in actor.reaches if one.role in wanted.roles and _serves(one, permission))
    return EVERYTHING if any(one.is_everything for one in found) else found


def whole_fonds(actor: Actor, permission: str) -> frozenset[str] | None:
    """Codes of the fonds in which the actor may do `permission` with everything there is; None is every fonds.

    For what is kept of a fonds and not of a record: whoever sees only some records of a fonds must not learn from it
    of the others.
    """
    found = reach(actor, permission)
    if found is EVERYTHING or any(one.is_everything for one in found):
        return None
    return frozenset(code for one in found if one.is_whole and one.fonds is not None for code in one.fonds)


def allows(actor: Actor, permission: str, *, fonds: str | None = None, place: Place | None = None) -> bool:
    """Tell whether the actor may do `permission`: at all, with a whole fonds, or with a record at a place."""
    found = reach(actor, permission)
    if place is not None:
        return any(one.holds(place) for one in found)
    if fonds is None:
        return bool(found)
    return any(one.is_whole and (one.fonds is None or fonds in one.fonds) for one in found)


def require(actor: Actor, permission: str, *, fonds: str | None = None, place: Place | None = None) -> None:
    """Raise `NotPermitted` unless the actor may do `permission`; see `allows`."""
    if allows(actor, permission, fonds=fonds, place=place):
        return
    label = registry.find_permission(permission).label
    code = place.fonds if place is not None else fonds
    if code is not None and allows(actor, permission):
        raise NotPermitted(
            _("%(name)s may not do this in fonds %(fonds)s: %(label)s.", name=actor.name, fonds=code, label=label),
            hint=_("Ask the security administrator for a grant that reaches this fonds."),
            permission=permission,
            actor=actor,
        )
    raise NotPermitted(
        _("%(name)s may not do this: %(label)s.", name=actor.name, label=label),
        hint=_("Ask the security administrator for a role that allows it, or sign in as another user."),
        permission=permission,
        actor=actor,
    )


def only_reads(permission: str) -> bool:
    """Tell whether a permission changes nothing and takes nothing along."""
    return permission.rpartition(".")[2].startswith("read") or permission == SIGN_IN


def _serves(one: Reach, permission: str) -> bool:
    return one.purpose != Purpose.READING or only_reads(permission)
