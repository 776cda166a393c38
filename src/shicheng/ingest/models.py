"""Transfers in."""

from __future__ import annotations

from django.db import models

from shicheng.ingest.states import TRANSFER, UPLOAD, WATCHED
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message


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
    sender = models.UUIDField(null=True)  # who sent it by the web: they see it before its fonds is known
    same_as = models.CharField(max_length=20, blank=True)  # number of the transfer with the very same content

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def object_id(self) -> str:
        """Id of the object in the store that keeps the papers of this transfer."""
        return f"urn:uuid:{self.id}"


class Upload(models.Model):
    """A batch on its way here by the web: one archive file, or a folder with many files.

    How far each file is stands in its ledger on the disk (`upload_files`), not here.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.UUIDField(db_index=True)  # nobody else may go on with it or know of it
    owner_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default=UPLOAD.start)
    kind = models.CharField(max_length=10)  # archive or folder
    name = models.CharField(max_length=300)  # of the archive file or the folder
    resubmit = models.CharField(max_length=20, blank=True)  # number of the transfer it mends
    files = models.PositiveIntegerField(default=1)  # as announced
    bytes = models.BigIntegerField(default=0)  # as announced
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()  # when something last arrived, to the minute
    ended_at = models.DateTimeField(null=True)
    transfer = models.UUIDField(null=True)  # what it became

    class Meta:
        ordering = ["-begun_at"]
        indexes = [models.Index(fields=["state", "touched_at"], name="ingest_upload_waiting")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def is_open(self) -> bool:
        """More may be sent."""
        return self.state == "open"


class WatchedBatch(models.Model):
    """A folder or archive file that lies, or lay, in the watched folder."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    path = models.TextField()  # within the watched folder
    path_digest = models.CharField(max_length=64, unique=True)  # of the bytes of its name, which may be no text
    state = models.CharField(max_length=10, default=WATCHED.start, db_index=True)
    fonds_code = models.CharField(max_length=40, blank=True)  # of the folder it lies in
    files = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    fingerprint = models.CharField(max_length=64)  # over names, sizes and times of all its files
    same_since = models.DateTimeField()  # since when the fingerprint is the same
    seen_at = models.DateTimeField()
    transfer = models.UUIDField(null=True)
    number = models.CharField(max_length=20, blank=True)
    problem_json = models.JSONField(null=True, db_column="problem")

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return f"{self.path} {self.state}"

    @property
    def problem(self) -> Message | None:
        """Why it could not be taken in."""
        return Message.from_json(self.problem_json["message"]) if self.problem_json else None

    @property
    def hint(self) -> Message | None:
        """What can be done about it."""
        stored = (self.problem_json or {}).get("hint")
        return Message.from_json(stored) if stored else None
