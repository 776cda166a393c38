"""Reading transfers."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, QuerySet

from shicheng.ingest import policies
from shicheng.ingest.errors import TransferNotFound
from shicheng.ingest.models import Transfer
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor


def transfers(actor: Actor, *, state: str = "", text: str = "") -> QuerySet[Transfer]:
    """Transfers the actor may see, newest first."""
    found = policies.visible(actor)
    if state:
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
