"""Who may do what with transfers."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from shicheng.ingest.models import Transfer, Upload, WatchedBatch
from shicheng.kernel.messages import message as _
from shicheng.people import policies as people
from shicheng.people import registry
from shicheng.people.types import Actor, Role

READ = registry.permission("ingest.transfer.read", _("See transfers"), roles={Role.ARCHIVIST, Role.LEADER})
RECEIVE = registry.permission("ingest.transfer.receive", _("Receive transfers"), roles={Role.ARCHIVIST})
# Sending alone decides nothing: what is sent becomes a transfer, or files of a pool, by what is asked for then.
SEND = registry.permission(
    "ingest.upload.send", _("Send files that go on after a break"), roles={Role.ARCHIVIST, Role.FILING_CLERK}
)
CHECK = registry.permission("ingest.transfer.check", _("Check transfers"), roles={Role.ARCHIVIST})
ACCEPT = registry.permission("ingest.transfer.accept", _("Accept transfers"), roles={Role.ARCHIVIST})
RETURN = registry.permission("ingest.transfer.return", _("Return transfers"), roles={Role.ARCHIVIST})
REBUILD = registry.permission(
    "ingest.archive.rebuild", _("Make the database anew from the store"), roles={Role.SYSTEM_ADMINISTRATOR}
)


def visible(actor: Actor) -> QuerySet[Transfer]:
    """The transfers this actor may see: those of their fonds, for archivists only."""
    if not people.allows(actor, READ):
        return Transfer.objects.none()
    transfers, codes = Transfer.objects.all(), people.whole_fonds(actor, READ)
    if codes is None:
        return transfers
    reached = Q(fonds_code__in=codes)
    # Before a batch is read nobody knows its fonds; who sent it watches over it until then.
    return transfers.filter(reached | Q(fonds_code="", sender=actor.user_id) if actor.user_id else reached)


def visible_uploads(actor: Actor) -> QuerySet[Upload]:
    """The uploads this actor may see: their own."""
    if actor.user_id is None or not people.allows(actor, SEND):
        return Upload.objects.none()
    return Upload.objects.filter(owner=actor.user_id)


def visible_watched(actor: Actor) -> QuerySet[WatchedBatch]:
    """The batches of the watched folder this actor may see: those of their fonds, for archivists only."""
    batches, codes = WatchedBatch.objects.all(), people.whole_fonds(actor, READ)
    return batches if codes is None else batches.filter(fonds_code__in=codes)
