"""Reading transfers."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Case, Count, QuerySet, When

from shicheng.ingest import policies
from shicheng.ingest.errors import TransferNotFound, WatchedUnknown
from shicheng.ingest.models import Transfer, Upload, WatchedBatch
from shicheng.ingest.upload_files import unknown
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor


def transfers(actor: Actor, *, state: str = "", text: str = "") -> QuerySet[Transfer]:
    """Transfers the actor may see, newest first; as a state, `held` means those with items held back."""
    found = policies.visible(actor)
    if state == "held":
        found = found.filter(held__gt=0)
    elif state:
        found = found.filter(state=state)
    if text:
        found = (
            found.filter(name__icontains=text)
            | found.filter(number__icontains=text)
            | found.filter(agency__icontains=text)
        )
    return found.order_by("-number")


def transfer(actor: Actor, key: UUID | str) -> Transfer:
    """One transfer by id or number."""
    found = policies.visible(actor)
    try:
        return found.get(pk=UUID(str(key)))
    except (ValueError, Transfer.DoesNotExist):
        try:
            return found.get(number=str(key))
        except Transfer.DoesNotExist as error:
            raise TransferNotFound(
                _("There is no transfer %(key)s here, or it is not open to you.", key=key),
                hint=_("Look it up in the list of transfers."),
            ) from error


def counts(actor: Actor) -> dict[str, int]:
    """Number of transfers by state."""
    rows = policies.visible(actor).order_by().values("state").annotate(count=Count("id"))
    return {row["state"]: row["count"] for row in rows}


def waiting(actor: Actor) -> QuerySet[Transfer]:
    """Transfers that wait for somebody's decision."""
    return policies.visible(actor).filter(state__in=["checked", "failed"]).order_by("number")


def uploads(actor: Actor) -> QuerySet[Upload]:
    """The actor's own unfinished uploads, newest first."""
    return policies.visible_uploads(actor).filter(state="open").order_by("-begun_at")


def upload(actor: Actor, key: UUID | str) -> Upload:
    """One upload of the actor's own, finished or not; anybody else's is as unknown as one that never was."""
    try:
        return policies.visible_uploads(actor).get(pk=UUID(str(key)))
    except (ValueError, Upload.DoesNotExist):
        raise unknown() from None


def locked_upload(actor: Actor, key: UUID) -> Upload:
    """One upload of the actor's own, locked until the transaction ends."""
    found = policies.visible_uploads(actor).select_for_update().filter(pk=key).first()
    if found is None:
        raise unknown()
    return found


def watched(actor: Actor) -> QuerySet[WatchedBatch]:
    """Batches of the watched folder: those with trouble first, then those on their way, then the taken."""
    order = Case(When(state="troubled", then=0), When(state="taken", then=2), default=1)
    return policies.visible_watched(actor).order_by(order, "-seen_at", "path")


def locked_watched(actor: Actor, key: UUID) -> WatchedBatch:
    """One batch of the watched folder, locked until the transaction ends."""
    found = policies.visible_watched(actor).select_for_update().filter(pk=key).first()
    if found is None:
        raise WatchedUnknown(
            _("There is no such batch in the watched folder, or it is not open to you."),
            hint=_("Look it up in the list."),
        )
    return found
