"""What is read of one acquisition that the actor may see: its donor's name, what was paid, what became of its files."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from shicheng.acquiring import policies
from shicheng.acquiring.models import Acquisition, Delivery, in_yuan
from shicheng.acquiring.selectors import costs
from shicheng.holdings import policies as holdings
from shicheng.holdings.models import Item
from shicheng.ingest import loose
from shicheng.ingest.ports import PoolDocument
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor


@dataclass(frozen=True, slots=True)
class Came:
    """What became of the files of an acquisition: documents in the pool, and items of the holdings."""

    documents: list[PoolDocument]
    items: list[Item]


def donor_name(actor: Actor, one: Acquisition) -> str:
    """What this actor may read of the donor's name."""
    return one.donor.name if policies.may_know(actor, one) else one.donor.public_name


def spent(actor: Actor, one: Acquisition) -> Decimal | None:
    """The sum of what was paid for an acquisition, None if nothing was noted."""
    return in_yuan(costs(actor).filter(acquisition=one).aggregate(sum=Sum("amount_fen"))["sum"])


def came(actor: Actor, one: Acquisition) -> Came:
    """What became of an acquisition's files, as far as the actor may see it."""
    keys = [UUID(key) for each in Delivery.objects.filter(acquisition=one) for key in each.documents]
    documents = loose.find_documents(actor=actor, keys=keys) if keys else []
    held = [each.held for each in loose.find_documents(actor=SYSTEM, keys=keys) if each.held] if keys else []
    items = list(holdings.visible(actor).filter(pk__in=held).select_related("fonds").order_by("code_sort"))
    return Came([each for each in documents if each.held is None], items)
