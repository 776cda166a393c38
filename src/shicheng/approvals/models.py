"""Requests for approval and what was decided on them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from shicheng.approvals.states import OPEN, REQUEST
from shicheng.kernel.identifiers import new_id


class ApprovalRequest(models.Model):
    """Somebody asks that something be done; others decide, step by step."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)  # Q2026-0001, by year and running number
    kind = models.CharField(max_length=60, db_index=True)  # as the owning room registered it
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=60)
    title = models.JSONField()  # a message, so that each reads it in their language
    fonds_code = models.CharField(max_length=40, blank=True, db_index=True)  # whose approvers may decide; "" for all
    state = models.CharField(max_length=20, default=REQUEST.start)
    step = models.PositiveSmallIntegerField(default=0)  # the one that waits now
    payload = models.JSONField(default=dict)  # what the owning room needs to carry it out
    note = models.TextField(blank=True)
    made_by = models.CharField(max_length=200)
    made_by_key = models.CharField(max_length=240)  # who, so that nobody decides on their own request
    made_at = models.DateTimeField()
    waits_since = models.DateTimeField()  # for the step that waits now
    due = models.DateField(null=True)  # to be decided by this day
    expires = models.DateField(null=True)  # ends by itself after this day
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        indexes = [models.Index(fields=["state", "waits_since"], name="approvals_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"], condition=Q(state__in=OPEN), name="approvals_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state in OPEN


class Decision(models.Model):
    """What one person decided at one step."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="decisions")
    step = models.PositiveSmallIntegerField()
    verb = models.CharField(max_length=20)  # approve, refuse, withdraw, expire
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=200)
    by_key = models.CharField(max_length=240)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["request", "step"], name="approvals_step_once")]
