"""Who may do what with transfers."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.ingest.models import Transfer
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission("ingest.transfer.read", _("See transfers"), roles={Role.ARCHIVIST})
RECEIVE = registry.permission("ingest.transfer.receive", _("Receive transfers"), roles={Role.ARCHIVIST})
CHECK = registry.permission("ingest.transfer.check", _("Check transfers"), roles={Role.ARCHIVIST})
ACCEPT = registry.permission("ingest.transfer.accept", _("Accept transfers"), roles={Role.ARCHIVIST})
RETURN = registry.permission("ingest.transfer.return", _("Return transfers"), roles={Role.ARCHIVIST})
REBUILD = registry.permission(
    "ingest.archive.rebuild", _("Make the database anew from the store"), roles={Role.ADMINISTRATOR}
)


def visible(actor: Actor) -> QuerySet[Transfer]:
    """The transfers this actor may see: those of their fonds, for archivists only."""
    if not people.allows(actor, READ):
        return Transfer.objects.none()
    transfers = Transfer.objects.all()
    return transfers if actor.fonds is None else transfers.filter(fonds_code__in=actor.fonds)
