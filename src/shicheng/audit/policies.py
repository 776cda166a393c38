"""Who may read the log."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shicheng.audit.models import Entry
from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.errors import NotPermitted
from shicheng.people.policies import allows, require
from shicheng.people.types import Actor, Role

READ = registry.permission("audit.log.read", _("Read the audit log"), roles={Role.ADMINISTRATOR, Role.ARCHIVIST})


def sees_all(actor: Actor) -> bool:
    """Tell whether the actor may read the whole log: prove it, take it along."""
    return allows(actor, READ) and actor.fonds is None


def require_all(actor: Actor) -> None:
    """Raise `NotPermitted` for whoever is limited to some fonds, since the log tells of all."""
    require(actor, READ)
    if actor.fonds is not None:
        raise NotPermitted(
            _("%(name)s may see some fonds only, and the log tells of all.", name=actor.name),
            hint=_("Ask an administrator for a token without a limit of fonds."),
        )


def visible(actor: Actor) -> QuerySet[Entry]:
    """Entries the actor may list.

    Whoever is limited to some fonds sees only what they did themselves, because entries of
    other fonds name records they may not see.
    """
    if not allows(actor, READ):
        return Entry.objects.none()
    if actor.fonds is None:
        return Entry.objects.all()
    return Entry.objects.filter(Q(actor_id=str(actor.user_id)) if actor.user_id else Q(pk__in=()))
