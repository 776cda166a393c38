"""May this actor do that? Everything is denied that no role allows."""

from __future__ import annotations

from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.errors import NotPermitted
from shicheng.people.types import Actor, Role

SIGN_IN = registry.permission("people.desk.enter", _("Enter the desk"), roles={Role.ARCHIVIST, Role.ADMINISTRATOR})
MANAGE = registry.permission("people.account.manage", _("Manage accounts"), roles={Role.ADMINISTRATOR})
MANAGE_TOKENS = registry.permission(
    "people.token.manage", _("Make and revoke tokens of programs"), roles={Role.ADMINISTRATOR}
)
OWN_TOKENS = registry.permission(
    "people.token.own", _("Make and revoke tokens that act as oneself"), roles={Role.ARCHIVIST, Role.ADMINISTRATOR}
)


def allows(actor: Actor, permission: str, *, fonds: str | None = None) -> bool:
    """Tell whether the actor may do `permission`, in `fonds` if one is named."""
    wanted = registry.find_permission(permission)
    if wanted.everyone:
        return True
    if actor.scopes is not None and permission not in actor.scopes:
        return False
    if actor.kind == "system":
        return True
    if not actor.roles & wanted.roles:
        return False
    return fonds is None or actor.fonds is None or fonds in actor.fonds


def require(actor: Actor, permission: str, *, fonds: str | None = None) -> None:
    """Raise `NotPermitted` unless the actor may do `permission`."""
    if not allows(actor, permission, fonds=fonds):
        label = registry.find_permission(permission).label
        if fonds is not None and allows(actor, permission):
            raise NotPermitted(
                _("%(name)s may not do this in fonds %(fonds)s: %(label)s.", name=actor.name, fonds=fonds, label=label),
                hint=_("Ask an administrator for a grant that reaches this fonds."),
            )
        raise NotPermitted(
            _("%(name)s may not do this: %(label)s.", name=actor.name, label=label),
            hint=_("Ask an administrator for a role that allows it, or sign in as another user."),
        )
