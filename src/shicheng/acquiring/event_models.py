"""Major events, what is to be filed of them, and the records that are there."""

from __future__ import annotations

from django.db import models

from shicheng.acquiring.states import MAJOR_EVENT
from shicheng.acquiring.types import FORMS
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message


class MajorEvent(models.Model):
    """An event or activity whose records are collected from everybody who took part in it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)  # E2026-0001
    fonds_code = models.CharField(max_length=40, db_index=True)  # of the organiser, or of who collects
    name = models.CharField(max_length=400)
    kind = models.CharField(max_length=12)
    level = models.CharField(max_length=14)
    state = models.CharField(max_length=10, default=MAJOR_EVENT.start)
    begins = models.DateField()
    ends = models.DateField()
    place = models.CharField(max_length=300, blank=True)
    organiser = models.CharField(max_length=400, blank=True)
    taking_part = models.JSONField(default=list)  # names of units
    about = models.TextField(blank=True)
    words = models.JSONField(default=list)  # of titles, by which its records are found
    margin = models.PositiveSmallIntegerField(default=30)  # days before and after in which they may be dated
    is_auto = models.BooleanField(default=False)  # records the words find are linked by themselves
    revision = models.PositiveIntegerField(default=1)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-begins", "-number"]
        indexes = [models.Index(fields=["-begins", "-number"], name="acquiring_event_day")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class PlanLine(models.Model):
    """What one unit is to file of an event, in which form, how much, and until when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(MajorEvent, on_delete=models.PROTECT, related_name="lines")
    order = models.PositiveIntegerField()
    fonds_code = models.CharField(max_length=40)
    unit = models.CharField(max_length=60, blank=True)  # as the department of its records' codes
    what = models.CharField(max_length=400)
    form = models.CharField(max_length=10)
    quantity = models.PositiveIntegerField(default=1)
    due = models.DateField(null=True)
    note = models.CharField(max_length=400, blank=True)
    handed = models.PositiveIntegerField(default=0)  # given over in the hand: objects, prints, tapes
    handed_note = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["order", "id"]
        indexes = [models.Index(fields=["due"], name="acquiring_line_due")]

    def __str__(self) -> str:
        return self.what

    @property
    def form_label(self) -> Message:
        """Its form in words."""
        return FORMS[self.form]


class EventRecord(models.Model):
    """A record of an event: an item of the holdings, or a document of the pool that is to become one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(MajorEvent, on_delete=models.PROTECT, related_name="records")
    line = models.ForeignKey(PlanLine, on_delete=models.SET_NULL, null=True, related_name="records")
    # Undoing an import takes many items away at once; what was linked with those is nothing more.
    item = models.ForeignKey(
        "holdings.Item", on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    document = models.UUIDField(null=True)  # in the pool
    form = models.CharField(max_length=10)
    how = models.CharField(max_length=10)  # "hand", "batch" or "rule"
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "item"], name="acquiring_item_once"),
            models.UniqueConstraint(fields=["event", "document"], name="acquiring_document_once"),
        ]
