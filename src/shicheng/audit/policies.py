"""Who may read what of the log: nobody watches over themselves (三员分立)."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shicheng.audit.models import Entry
from shicheng.audit.types import Side
from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.policies import EVERYTHING, allows, reach
from shicheng.people.types import SEE_ALL, Actor, Role

READ = registry.permission("audit.log.read", _("Read the audit log"), roles={Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
READ_USERS = registry.permission(
    "audit.users.read", _("Read in the log what users do"), roles={Role.SECURITY_ADMINISTRATOR}
)
READ_ADMINISTRATORS = registry.permission(
    "audit.administrators.read",
    _("Read in the log what administrators do, and what is done under emergency powers"),
    roles={Role.AUDITOR},
)
READ_HISTORY = registry.permission(
    "audit.history.read", _("Read what happened to the records one may see"), roles=SEE_ALL
)
EXPORT = registry.permission(
    "audit.log.export", _("Take the log along"), roles={Role.SECURITY_ADMINISTRATOR, Role.AUDITOR}
)
PROVE = registry.permission(
    "audit.chain.prove",
    _("Verify the log"),
    roles={Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR},
)

_ADMINISTRATORS = Q(side__isnull=False)
_USERS = Q(side__isnull=True) | Q(side=Side.EMERGENCY)


def visible(actor: Actor) -> QuerySet[Entry]:
    """Entries the actor may list: of users, of administrators, of both, or none."""
    entries = Entry.objects.all()
    if not _may(actor, READ):
        return entries.none()
    users, administrators = _may(actor, READ_USERS), _may(actor, READ_ADMINISTRATORS)
    if users and administrators:
        return entries
    if users or administrators:
        return entries.filter(_USERS if users else _ADMINISTRATORS)
    return entries.none()


def sees_all(actor: Actor) -> bool:
    """Tell whether the actor may read every entry."""
    return all(_may(actor, one) for one in (READ, READ_USERS, READ_ADMINISTRATORS))


def may_export(actor: Actor) -> bool:
    """Tell whether the actor may take along what they may list."""
    return _may(actor, READ) and _may(actor, EXPORT)


def may_prove(actor: Actor) -> bool:
    """Tell whether the actor may verify the chain, which tells how long it is and whether it is whole."""
    return allows(actor, PROVE)


def _may(actor: Actor, permission: str) -> bool:
    """Tell whether the permission holds without limits: entries tell of every fonds."""
    return reach(actor, permission) == EVERYTHING
