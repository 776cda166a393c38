"""Entries, the head they are chained to, signed heads, and how far each follower has read."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from shicheng.audit import chain, registry
from shicheng.kernel import clock
from shicheng.kernel.messages import Message


class Entry(models.Model):
    """One thing that happened. Never changed and never deleted: triggers in the database refuse it."""

    position = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_name = models.CharField(max_length=200)
    actor_id = models.CharField(max_length=40, blank=True)
    event = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=200, blank=True)
    details_text = models.TextField(db_column="details")  # canonical JSON, exactly as hashed
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    # Drawn from what is hashed (`types.side_of`); null is an ordinary user's, as all entries were before.
    side = models.CharField(max_length=20, null=True)  # a column that is added without a rewrite

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "position"], name="audit_entry_subject"),
            models.Index(fields=["event", "position"], name="audit_entry_event"),
            models.Index(fields=["actor_id", "position"], name="audit_entry_actor"),
            models.Index(fields=["position"], condition=models.Q(side__isnull=False), name="audit_entry_side"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.event}"

    @property
    def details(self) -> dict[str, Any]:
        """What the room told about the event."""
        value: dict[str, Any] = json.loads(self.details_text)
        return value

    @property
    def subject(self) -> tuple[str, str] | None:
        """What the event happened to, as kind and id."""
        return (self.subject_kind, self.subject_id) if self.subject_kind else None

    @property
    def sentence(self) -> Message:
        """One sentence for a timeline."""
        return registry.describe(self.event, actor_name=self.actor_name, details=self.details)

    def content(self) -> bytes:
        """The canonical JSON the hash is taken over."""
        return chain.entry_bytes(
            position=self.position,
            at=chain.write_time(self.at),
            actor=(self.actor_kind, self.actor_name, self.actor_id),
            event=self.event,
            subject=(self.subject_kind, self.subject_id),
            details=self.details_text,
            previous=self.previous,
        )


class Head(models.Model):
    """The end of the chain; its single row is locked while entries are appended."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=chain.START)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="audit_head_is_one")]


class SignedHead(models.Model):
    """A signature over the head as it was at one moment: what lies before it can't be rewritten unseen."""

    position = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    signature = models.TextField()  # SM2 over chain.head_bytes, DER in hexadecimal
    key_id = models.CharField(max_length=64)
    public_key = models.TextField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["position", "signature"], name="audit_signed_head_once")]


class FollowerPosition(models.Model):
    """How far a follower has read."""

    name = models.CharField(primary_key=True, max_length=60)
    position = models.BigIntegerField(default=0)
    updated = models.DateTimeField(default=clock.now)
