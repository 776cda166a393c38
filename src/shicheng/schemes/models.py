"""Filing units 归档单位 and the versions of their tables: classes, filing scope and retention in one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shicheng.kernel.identifiers import new_id
from shicheng.schemes.field_models import FieldTable as FieldTable
from shicheng.schemes.states import SCHEDULE


class Unit(models.Model):
    """A unit that files records: an office, or a part of one that files by a table of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=400)
    fonds_code = models.CharField(max_length=40, db_index=True)  # its records go there, founded or not
    contacts = models.JSONField(default=list)  # {name, duty, phone, email}
    systems = models.JSONField(default=list)  # in use: {name, use, since}
    note = models.TextField(blank=True)
    is_closed = models.BooleanField(default=False)
    created = models.DateTimeField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Schedule(models.Model):
    """One version of a unit's table. Once it is submitted it never changes; records name its rows for ever."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="schedules")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default=SCHEDULE.start)
    revision = models.PositiveIntegerField(default=1)  # one more with each change of the draft
    origin = models.CharField(max_length=200, blank=True)  # preset, workbook or version it was begun from
    templates = models.JSONField(default=dict)  # category -> name of the template of reference codes
    effective_from = models.DateField(null=True)
    effective_until = models.DateField(null=True)  # its last day; None while nothing follows it
    rows_count = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    approved_by = models.CharField(max_length=200, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["unit", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "version"], name="schemes_version_once"),
            # One draft at a time, so that two people never write two next versions.
            models.UniqueConstraint(
                fields=["unit"], condition=Q(state__in=("draft", "submitted")), name="schemes_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.version}"


class FilingClass(models.Model):
    """A class of a version: a department (机构) or a subject (问题), with the code it has in reference codes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="classes")
    order = models.PositiveIntegerField()
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    parent = models.CharField(max_length=40, blank=True)  # code of the class above
    kind = models.CharField(max_length=20)  # department, subject, group

    class Meta:
        ordering = ["schedule", "order"]
        constraints = [models.UniqueConstraint(fields=["schedule", "code"], name="schemes_class_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class FilingRow(models.Model):
    """One row: what is filed, in which class, how long it is kept, and by what it is recognised.

    A record keeps the id of the row that judged it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="rows")
    order = models.PositiveIntegerField()
    key = models.CharField(max_length=40)  # number of the row in the table, the same in the next version
    category = models.CharField(max_length=20)  # WS, KU …
    klass = models.CharField(max_length=40, blank=True)  # code of a class of the same version
    scope = models.TextField()
    retention = models.CharField(max_length=20, blank=True)  # Y, D30 …; "" only in a draft
    retention_text = models.CharField(max_length=100, blank=True)  # as it was written, where that says more
    openness = models.CharField(max_length=20, blank=True)
    secrecy = models.CharField(max_length=20, blank=True)
    examples = models.JSONField(default=list)
    words = models.JSONField(default=list)  # in the title
    prefixes = models.JSONField(default=list)  # of document numbers
    issuers = models.JSONField(default=list)  # part of the author's name
    source = models.CharField(max_length=4, blank=True)  # S source seen, R recalled, "" the unit's own
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["schedule", "order"]
        constraints = [models.UniqueConstraint(fields=["schedule", "key"], name="schemes_row_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.scope}"
