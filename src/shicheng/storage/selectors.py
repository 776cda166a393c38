"""Reading the store's health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncMonth

from shicheng.kernel import clock
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.settings.types import Settings
from shicheng.storage import policies
from shicheng.storage.models import FixityRun, FoundDamage, PromisedObject
from shicheng.storage.opening import store_of


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """What the page of the store's health shows."""

    address: str
    objects: int
    files: int
    bytes: int
    verified: int  # objects read again and found as promised or not, within the term
    new: int  # stored within the term and not read again since: not looked at, and not due
    term_days: int
    damaged: int
    missing: int
    free_bytes: int | None  # None where the store sets no limit


def health(actor: Actor, settings: Settings) -> StoreHealth | None:
    """Totals, what was verified within the term, and free disk; None for whoever may not see it."""
    if not allows(actor, policies.READ):
        return None
    store = store_of(settings)
    totals = PromisedObject.objects.aggregate(objects=Count("pk"), files=Sum("files"), size=Sum("bytes"))
    since = clock.now() - timedelta(days=settings.verify_days)
    states = dict(PromisedObject.objects.values_list("state").annotate(Count("pk")))
    return StoreHealth(
        address=store.address,
        objects=totals["objects"],
        files=totals["files"] or 0,
        bytes=totals["size"] or 0,
        verified=PromisedObject.objects.filter(last_verified__gte=since).count(),
        new=PromisedObject.objects.filter(last_verified__isnull=True, stored_at__gte=since).count(),
        term_days=settings.verify_days,
        damaged=states.get("damaged", 0),
        missing=states.get("missing", 0),
        free_bytes=store.free_bytes(),
    )


def free_bytes(settings: Settings) -> int | None:
    """Free bytes where the store lies; None where it sets no limit. Raises `StorageError` or `OSError`."""
    return store_of(settings).free_bytes()


def objects(actor: Actor) -> QuerySet[PromisedObject]:
    """Promised objects the actor may see."""
    return PromisedObject.objects.all() if allows(actor, policies.READ) else PromisedObject.objects.none()


def ids_in_state(state: str) -> QuerySet[PromisedObject, str]:
    """Ids of the objects the last verification found damaged or missing, for rooms that narrow their own lists."""
    return PromisedObject.objects.filter(state=state).values_list("object_id", flat=True)


def runs(actor: Actor) -> QuerySet[FixityRun]:
    """Verifications, the newest first."""
    return FixityRun.objects.all() if allows(actor, policies.READ) else FixityRun.objects.none()


def open_damages(actor: Actor) -> QuerySet[FoundDamage]:
    """Damages that are not mended, the newest first."""
    if not allows(actor, policies.READ):
        return FoundDamage.objects.none()
    return FoundDamage.objects.filter(mended_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Growth:
    """What one month added to the store, and what there was at its end."""

    month: date
    objects: int
    bytes: int
    total: int  # bytes at the end of the month


def growth(actor: Actor, *, months: int = 12) -> list[Growth]:
    """The last months in which anything was stored, oldest first; nothing for whoever may not see it."""
    rows = (
        objects(actor).order_by().annotate(month=TruncMonth("stored_at")).values("month")
        .annotate(count=Count("pk"), size=Sum("bytes")).order_by("month")
    )  # fmt: skip
    grown: list[Growth] = []
    total = 0
    for row in rows:
        total += row["size"]
        grown.append(Growth(row["month"].date(), row["count"], row["size"], total))
    return grown[-months:]
