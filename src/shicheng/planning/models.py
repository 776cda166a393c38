"""What is expected of units, what was found to be missing, and plans of accessions."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.planning.states import FINDING, PLAN
from shicheng.schemes.models import Unit


class Expectation(models.Model):
    """Changes to the terms of what is expected: of one unit, or of all where `unit` is None."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=40, unique=True)  # code of the unit, "*" for all
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField(default=dict)
    written_by = models.CharField(max_length=200)
    written_at = models.DateTimeField()


class Watched(models.Model):
    """When a unit was looked at last, and how far its clerk and duties were reminded of each year."""

    unit = models.OneToOneField(Unit, primary_key=True, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()
    told = models.JSONField(default=dict)  # filing year as text -> steps of reminding that were told


class Finding(models.Model):
    """Something a unit should have filed and that is not here. Never deleted: what came is settled."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    fonds_code = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()  # filing year
    kind = models.CharField(max_length=20)  # types.Kind
    key = models.CharField(max_length=200)  # the same when it is found again
    klass = models.CharField(max_length=200, blank=True)  # department or subject it belongs to, where that is known
    row_key = models.CharField(max_length=40, blank=True)
    what = models.JSONField()  # messages, so that each reads them in their language
    reason = models.JSONField()
    missing = models.PositiveIntegerField(default=1)
    facts = models.JSONField(default=dict)
    due = models.DateField()
    state = models.CharField(max_length=20, default=FINDING.start)
    since = models.DateTimeField()  # found first
    explained_as = models.CharField(max_length=20, blank=True)  # types.EXPLANATIONS; stays when it is settled
    explanation = models.TextField(blank=True)
    explained_by = models.CharField(max_length=200, blank=True)
    explained_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due", "id"]
        constraints = [models.UniqueConstraint(fields=["unit", "year", "kind", "key"], name="planning_finding_once")]
        indexes = [
            models.Index(fields=["state", "due", "id"], name="planning_due"),
            models.Index(fields=["fonds_code", "state"], name="planning_of_fonds"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year} {self.kind} {self.key}"

    @property
    def name(self) -> str:
        """What is missing in a word, for the log: a number, a class, a meeting."""
        if self.facts.get("name"):
            return str(self.facts["name"])
        return self.key.partition(":")[2] or self.unit.code

    @property
    def said(self) -> Message:
        """What is missing."""
        return Message.from_json(self.what)

    @property
    def why(self) -> Message:
        """Why it is expected."""
        return Message.from_json(self.reason)


class Plan(models.Model):
    """The plan of accessions of one year 接收计划."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField(unique=True)
    state = models.CharField(max_length=20, default=PLAN.start)
    revision = models.PositiveIntegerField(default=1)  # one more with each change of the draft
    origin = models.CharField(max_length=20, blank=True)  # forecast, copy, empty, workbook
    note = models.TextField(blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    approved_by = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)  # what came was counted last
    unplanned = models.JSONField(default=list)  # what came and was in no line
    digest = models.CharField(max_length=64, blank=True)  # SM3 over the figures a closed plan was frozen with

    class Meta:
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)


class PlanLine(models.Model):
    """What one unit is to hand over in the year of a plan, and what came of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="lines")
    order = models.PositiveIntegerField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=60, blank=True)  # "" is any
    retention = models.CharField(max_length=20, blank=True)  # "" is any
    quarter = models.PositiveSmallIntegerField(default=2)
    items = models.PositiveIntegerField(default=0)
    volumes = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    basis = models.JSONField(default=dict)  # a message, or {} where a person wrote the line
    note = models.TextField(blank=True)
    came_items = models.PositiveIntegerField(default=0)
    came_volumes = models.PositiveIntegerField(default=0)
    came_bytes = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "unit", "category", "retention", "quarter"], name="planning_line_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.order}"
