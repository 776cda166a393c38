"""Business systems, the documents they pushed, and what was refused or only tried."""

from __future__ import annotations

from typing import Any

from django.db import models

from shicheng.collecting.states import PUSH, SYSTEM
from shicheng.collecting.types import Fault
from shicheng.kernel.identifiers import new_id


class System(models.Model):
    """A business system (OA, motions, broadcast …) that files for one unit, and its token."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)  # of words.KINDS
    unit = models.CharField(max_length=40)  # code of the filing unit
    fonds_code = models.CharField(max_length=40, db_index=True)  # that unit's
    state = models.CharField(max_length=20, default=SYSTEM.start)
    contacts = models.JSONField(default=list)  # {name, duty, phone, email}
    keeper = models.CharField(max_length=200, blank=True)  # who runs it
    kinds = models.JSONField(default=list)  # of documents it sends: {name, row}; row "-" is not filed
    ceiling = models.CharField(max_length=10, blank=True)  # highest secrecy it may send; "" is what the archive holds
    outside = models.CharField(max_length=10, default="take")  # take or refuse what no row of the table names
    note = models.TextField(blank=True)
    token = models.ForeignKey("people.ApiToken", on_delete=models.PROTECT, null=True, related_name="+")
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_tried(self) -> bool:
        """Tell whether everything it pushes is a trial."""
        return self.state == "trying"


class Push(models.Model):
    """One revision of a document a system pushed, with the receipt it got. It never changes but for its state."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="pushes")
    position = models.PositiveIntegerField()  # running number within its system, in the order of arrival
    number = models.CharField(max_length=60, unique=True)
    document = models.CharField(max_length=200)  # what the system calls it
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=20, default=PUSH.start)
    year = models.PositiveSmallIntegerField()  # filing year
    metadata = models.JSONField()  # as it was sent, without what is there by default
    judged = models.JSONField(default=dict)  # types.Judged
    files = models.JSONField(default=list)  # {part, name, role, size, sm3, sha256, sha512}
    files_count = models.PositiveIntegerField()
    bytes = models.BigIntegerField()
    digest = models.CharField(max_length=64)  # SM3 over the metadata and the digests of the files
    receipt = models.TextField()  # as it was given, to the byte
    signature = models.JSONField(null=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    reason = models.TextField(blank=True)  # why it was returned
    received_at = models.DateTimeField()
    pooled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    job = models.UUIDField(null=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["system", "document", "revision"], name="collecting_push_once"),
            models.UniqueConstraint(fields=["system", "position"], name="collecting_push_place"),
        ]
        indexes = [models.Index(fields=["system", "state", "received_at"], name="collecting_push_states")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def key(self) -> str:
        """What the pool calls the batch it came with."""
        return f"push:{self.pk}"

    @property
    def title(self) -> str:
        """What the document is about."""
        return str(self.metadata.get("elements", {}).get("title", ""))


class Attempt(models.Model):
    """A push that kept nothing: refused, or only a trial. The last ones of each system stay, for its makers."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    system = models.ForeignKey(System, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    is_trial = models.BooleanField()
    is_refused = models.BooleanField()
    document = models.CharField(max_length=200, blank=True)
    revision = models.PositiveIntegerField(null=True)
    files_count = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    code = models.CharField(max_length=80, blank=True)  # of the error
    message_json = models.JSONField(null=True, db_column="message")
    faults_json = models.JSONField(default=list, db_column="faults")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["system", "-at"], name="collecting_attempt_last")]

    def __str__(self) -> str:
        return f"{self.at} {self.document}"

    @property
    def faults(self) -> list[Fault]:
        """What was wrong, each by its place."""
        return [Fault.from_json(one) for one in self.faults_json]

    @property
    def message(self) -> Any:
        """The first sentence of the answer."""
        from shicheng.kernel.messages import Message

        return Message.from_json(self.message_json) if self.message_json else None
