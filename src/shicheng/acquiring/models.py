"""Donors, what they offer, what was agreed on, and what came of it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from shicheng.acquiring.states import ACQUISITION, DELIVERY
from shicheng.acquiring.types import WAYS, WISHES, Wish
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


class Series(models.Model):
    """How far a series of numbers went in a year, so that none is given twice."""

    kind = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="acquiring_series_once")]


class Donor(models.Model):
    """A person or body that gives, deposits or sells records. Whoever is not named is known by the number alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)  # D2026-0001
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=300)
    wish = models.CharField(max_length=10, default=Wish.NAMED)
    contacts = models.JSONField(default=dict)  # by the names of `types.CONTACTS`
    note = models.TextField(blank=True)
    authority = models.UUIDField(null=True)  # its authority, where it may be named
    revision = models.PositiveIntegerField(default=1)
    made_by = models.CharField(max_length=200)
    made_by_key = models.CharField(max_length=240)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return self.number

    @property
    def is_named(self) -> bool:
        """Tell whether the donor may be named to everybody."""
        return self.wish == Wish.NAMED

    @property
    def public_name(self) -> str:
        """What may be said of the donor to everybody: the name, or that there is none."""
        return self.name if self.is_named else str(_("anonymous %(number)s", number=self.number))

    @property
    def wish_label(self) -> Message:
        """The wish in words."""
        return WISHES[self.wish]


class Acquisition(models.Model):
    """Records of one donor on their way into the archive: from the first word of them to the holdings."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)  # A2026-0001
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="acquisitions")
    fonds_code = models.CharField(max_length=40, blank=True, db_index=True)  # where it is to go; "" while not known
    way = models.CharField(max_length=10)
    state = models.CharField(max_length=12, default=ACQUISITION.start)
    title = models.CharField(max_length=400)
    about = models.TextField(blank=True)
    period = models.CharField(max_length=100, blank=True)
    quantity = models.PositiveIntegerField(null=True)
    counted_in = models.CharField(max_length=10, blank=True)
    condition = models.TextField(blank=True)
    asked_fen = models.BigIntegerField(null=True)  # price asked, in hundredths of a yuan
    rights = models.TextField(blank=True)
    provenance = models.TextField(blank=True)
    noted_on = models.DateField()
    decline_reason = models.TextField(blank=True)
    request = models.CharField(max_length=20, blank=True)  # number of the request for agreement
    agreed_on = models.DateField(null=True)
    # The deed.
    deed_number = models.CharField(max_length=60, blank=True)
    signed_on = models.DateField(null=True)
    terms = models.TextField(blank=True)
    deed_rights = models.TextField(blank=True)
    closed_until = models.DateField(null=True)  # the last day on which it is closed
    needs_consent = models.BooleanField(default=False)  # of the donor, for each use
    conditions = models.TextField(blank=True)
    deposit_until = models.DateField(null=True)
    price_fen = models.BigIntegerField(null=True)
    # What came of it.
    received_on = models.DateField(null=True)
    received_by = models.CharField(max_length=200, blank=True)
    receipt = models.JSONField(default=list)  # {what, quantity, condition}
    accessioned_on = models.DateField(null=True)
    accession_note = models.TextField(blank=True)  # where it is, if no file of it came
    returned_on = models.DateField(null=True)
    return_reason = models.TextField(blank=True)
    numbers = models.JSONField(default=dict)  # of papers that were issued, by their kind
    revision = models.PositiveIntegerField(default=1)
    noted_by = models.CharField(max_length=200)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["state", "noted_on"], name="acquiring_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def object_id(self) -> str:
        """Id of the object in the store that keeps it with its papers."""
        return f"urn:uuid:{self.pk}"

    @property
    def asked_price(self) -> Decimal | None:
        """The price asked, in yuan."""
        return in_yuan(self.asked_fen)

    @property
    def price(self) -> Decimal | None:
        """The price agreed on, in yuan."""
        return in_yuan(self.price_fen)

    @property
    def way_label(self) -> Message:
        """How it comes, in words."""
        return WAYS[self.way]

    @property
    def amount(self) -> str:
        """How much it is, as the donor or the archive counted it."""
        return "" if self.quantity is None else f"{self.quantity} {self.counted_in}".strip()

    @property
    def is_restricted(self) -> bool:
        """Tell whether the deed keeps it from being opened like other records."""
        return self.closed_until is not None or self.needs_consent


class Opinion(models.Model):
    """What one person says of the value of an offer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    acquisition = models.ForeignKey(Acquisition, on_delete=models.PROTECT, related_name="opinions")
    person = models.CharField(max_length=200)
    post = models.CharField(max_length=200, blank=True)
    on = models.DateField()
    verdict = models.CharField(max_length=10)
    words = models.TextField(blank=True)
    noted_by = models.CharField(max_length=200)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "id"]


def in_yuan(fen: int | None) -> Decimal | None:
    """An amount of money in yuan, with two digits after the point."""
    return None if fen is None else Decimal(fen).scaleb(-2)


class Cost(models.Model):
    """What was paid for an acquisition."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    acquisition = models.ForeignKey(Acquisition, on_delete=models.PROTECT, related_name="costs")
    on = models.DateField()
    kind = models.CharField(max_length=12)
    amount_fen = models.BigIntegerField()  # hundredths of a yuan
    words = models.CharField(max_length=400, blank=True)
    noted_by = models.CharField(max_length=200)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "id"]

    @property
    def amount(self) -> Decimal:
        """What was paid, in yuan."""
        return Decimal(self.amount_fen).scaleb(-2)


class Paper(models.Model):
    """A paper of an acquisition; its bytes lie in the object of the acquisition."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    acquisition = models.ForeignKey(Acquisition, on_delete=models.PROTECT, related_name="papers")
    order = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    number = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=240)
    mime = models.CharField(max_length=150, blank=True)
    size = models.BigIntegerField()
    sm3 = models.CharField(max_length=64)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["acquisition", "order"], name="acquiring_paper_once")]

    @property
    def logical_path(self) -> str:
        """Where it lies in the object."""
        return f"content/{self.order:04d}/{self.name}"


class Delivery(models.Model):
    """Files of an acquisition that were brought in together; they go into the pool and are arranged there."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    acquisition = models.ForeignKey(Acquisition, on_delete=models.PROTECT, related_name="deliveries")
    fonds_code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, default=DELIVERY.start)
    title = models.CharField(max_length=400, blank=True)  # of all files as one document; "" makes each one its own
    source = models.TextField(blank=True)
    upload = models.UUIDField(null=True)
    documents = models.JSONField(default=list)  # ids in the pool
    files = models.PositiveIntegerField(default=0)
    job = models.UUIDField(null=True)
    problem_json = models.JSONField(null=True, db_column="problem")
    brought_by = models.CharField(max_length=200)
    brought_at = models.DateTimeField()

    class Meta:
        ordering = ["brought_at", "id"]

    @property
    def problem(self) -> Message | None:
        """Why its files could not be taken."""
        return Message.from_json(self.problem_json) if self.problem_json else None


from shicheng.acquiring.event_models import EventRecord, MajorEvent, PlanLine  # noqa: E402

__all__ = [
    "Acquisition", "Cost", "Delivery", "Donor", "EventRecord", "MajorEvent", "Opinion", "Paper", "PlanLine", "Series",
]  # fmt: skip
