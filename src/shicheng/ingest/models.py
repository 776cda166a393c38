"""Transfers in."""

from __future__ import annotations

from django.db import models

from shicheng.ingest.states import TRANSFER
from shicheng.kernel.identifiers import new_id


class Transfer(models.Model):
    """A batch handed over by an office (移交), from its announcement to the store."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)  # 2026-0001, by year and running number
    attempt = models.PositiveSmallIntegerField(default=1)  # how often it was sent under this number
    state = models.CharField(max_length=20, default=TRANSFER.start, db_index=True)
    name = models.CharField(max_length=300)  # of the folder or archive file as it came
    source = models.TextField(blank=True)  # where it came from: a path, or the name of an upload
    kind = models.CharField(max_length=20, blank=True)  # packages.types.PackageKind
    container = models.CharField(max_length=10, blank=True)
    agency = models.CharField(max_length=400, blank=True)
    fonds_code = models.CharField(max_length=40, blank=True, db_index=True)
    fonds_name = models.CharField(max_length=400, blank=True)
    category = models.CharField(max_length=60, blank=True)
    items = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    content_digest = models.CharField(max_length=64, blank=True, db_index=True)  # SM3 over names, sizes, digests
    report = models.UUIDField(null=True)  # newest check report
    accepted = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)
    decided_by = models.CharField(max_length=200, blank=True)
    announced_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField(null=True)
    job = models.UUIDField(null=True)  # the job that works on it now

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def object_id(self) -> str:
        """Id of the object in the store that keeps the papers of this transfer."""
        return f"urn:uuid:{self.id}"
