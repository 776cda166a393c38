"""Imports of catalogues, trials of them, files given to their records, and what the columns of each source mean."""

from __future__ import annotations

from django.db import models

from shicheng.cataloguing.states import ATTACHMENT, IMPORT, TRIAL
from shicheng.kernel.identifiers import new_id


class CatalogueImport(models.Model):
    """One catalogue taken in, from its arrival to the records it made, and perhaps its undoing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)  # C2026-0001, by year and running number
    state = models.CharField(max_length=20, default=IMPORT.start, db_index=True)
    name = models.CharField(max_length=300)  # of the file as it came
    source = models.CharField(max_length=200, db_index=True)  # name its mapping is kept under
    sheet = models.CharField(max_length=200, blank=True)  # of a workbook; "" for the one best known
    fonds_code = models.CharField(max_length=40, db_index=True)  # for rows that name none
    fonds_name = models.CharField(max_length=400, blank=True)
    form = models.CharField(max_length=10, blank=True)
    digest = models.CharField(max_length=64, db_index=True)  # SM3 of the file as it came
    bytes = models.BigIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    marked = models.PositiveIntegerField(default=0)
    suspects = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)  # columns with their confidence, problems, reasons, parts
    # How far work got: rows committed (or undone) up to this one, so that it goes on from here.
    part = models.PositiveIntegerField(default=0)
    line = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)  # why it failed or was undone
    received_by = models.CharField(max_length=200)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=200, blank=True)
    undone_at = models.DateTimeField(null=True)
    undo = models.UUIDField(null=True)
    job = models.UUIDField(null=True)

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def object_id(self) -> str:
        """Id of the object in the store that keeps the file and the rows."""
        return f"urn:uuid:{self.id}"


class Refusal(models.Model):
    """A row that read well and yet could not come in, because of what the holdings have."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    catalogue = models.ForeignKey(CatalogueImport, on_delete=models.CASCADE, related_name="refusals")
    row = models.PositiveIntegerField()
    reason = models.JSONField()
    cells = models.JSONField(default=list)

    class Meta:
        ordering = ["row"]
        constraints = [models.UniqueConstraint(fields=["catalogue", "row"], name="cataloguing_refusal_once")]


class Mapping(models.Model):
    """What the columns of a source mean, as decided once."""

    name = models.CharField(max_length=200, primary_key=True)
    columns = models.JSONField(default=dict)  # header -> element, "" to keep it as an extra column
    saved_by = models.CharField(max_length=200)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Trial(models.Model):
    """A catalogue that is looked at before it is taken in; forgotten when it was, or after some days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, default=TRIAL.start)
    revision = models.PositiveIntegerField(default=1)  # one more with each change; late answers to older ones count not
    name = models.CharField(max_length=300)  # of the file as it came
    source = models.CharField(max_length=200)  # name its mapping is kept under
    sheet = models.CharField(max_length=200, blank=True)
    fonds_code = models.CharField(max_length=40, blank=True)  # as asked for; "" for the source's own
    columns = models.JSONField(null=True)  # header -> element as chosen here; None for what is proposed
    digest = models.CharField(max_length=64)  # SM3 of the file as it came
    bytes = models.BigIntegerField(default=0)
    look = models.JSONField(null=True)
    result = models.JSONField(null=True)
    problem = models.JSONField(null=True)  # why it can't be read: message and hint
    made_by = models.CharField(max_length=200)
    user_id = models.UUIDField(null=True)
    made_at = models.DateTimeField(db_index=True)
    job = models.UUIDField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.name


class Attachment(models.Model):
    """A folder of files on its way to the records its paths name; the files themselves go when it is done."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    state = models.CharField(max_length=10, default=ATTACHMENT.start)
    name = models.CharField(max_length=300)  # of the folder or archive file as it came
    pattern = models.CharField(max_length=300, blank=True)
    fonds_code = models.CharField(max_length=40, blank=True)  # only records of this fonds
    bytes = models.BigIntegerField(default=0)
    result = models.JSONField(null=True)  # of the trial, then of the attaching
    problem = models.JSONField(null=True)
    made_by = models.CharField(max_length=200)
    user_id = models.UUIDField(null=True)
    made_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True)
    job = models.UUIDField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.name
