"""Jobs and schedules as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from shicheng.jobs import registry
from shicheng.jobs.types import FINISHED, TROUBLED, UNFINISHED, Pace, State, pace
from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.people.types import Actor, Reach


class Job(models.Model):
    """One piece of work. While it runs, `lease_token` tells whose word about it counts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=State.WAITING)
    priority = models.SmallIntegerField(default=0)  # higher goes first
    run_after = models.DateTimeField(default=clock.now)
    unique_key = models.CharField(max_length=200, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")

    attempts = models.PositiveIntegerField(default=0)  # runs begun, this one included
    tries = models.PositiveIntegerField(default=5)
    lease = models.PositiveIntegerField(default=120)  # seconds
    lease_until = models.DateTimeField(null=True)
    lease_token = models.BigIntegerField(default=0)  # one more at each claim; never goes back
    worker = models.CharField(max_length=120, blank=True)

    progress_done = models.BigIntegerField(null=True)
    progress_total = models.BigIntegerField(null=True)
    note_json = models.JSONField(null=True, db_column="note")
    result = models.JSONField(null=True)
    error_json = models.JSONField(null=True, db_column="error")
    error_code = models.CharField(max_length=80, blank=True)
    traceback = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)

    actor_kind = models.CharField(max_length=20)
    actor_name = models.CharField(max_length=200)
    actor_id = models.UUIDField(null=True)
    actor_roles = models.JSONField(default=list)
    actor_fonds = models.JSONField(null=True)
    actor_more = models.JSONField(null=True)  # how far the roles reach; scopes of tokens hold at the door

    created = models.DateTimeField(default=clock.now)
    started = models.DateTimeField(null=True)  # of the present attempt
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=Q(state__in=[str(state) for state in UNFINISHED]) & ~Q(unique_key=""),
                name="jobs_job_unique_unfinished",
            ),
            models.CheckConstraint(
                condition=~Q(state=str(State.RUNNING)) | Q(lease_until__isnull=False), name="jobs_job_running_leased"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-priority", "run_after", "id"], name="jobs_job_next"),
            models.Index(fields=["-created", "-id"], name="jobs_job_newest"),
            models.Index(fields=["name", "state"], name="jobs_job_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id} {self.state}"

    @property
    def label(self) -> Message:
        """What the job is called on pages."""
        return registry.label(self.name)

    @property
    def note(self) -> Message | None:
        """What the body says it is doing."""
        return Message.from_json(self.note_json) if self.note_json else None

    @property
    def error(self) -> Message | None:
        """Why it failed or what went wrong in the last try."""
        return Message.from_json(self.error_json["message"]) if self.error_json else None

    @property
    def hint(self) -> Message | None:
        """What can be done about the error."""
        stored = (self.error_json or {}).get("hint")
        return Message.from_json(stored) if stored else None

    @property
    def is_finished(self) -> bool:
        """Nothing more happens to it by itself."""
        return self.state in FINISHED

    @property
    def is_troubled(self) -> bool:
        """It needs a person."""
        return self.state in TROUBLED

    @property
    def can_cancel(self) -> bool:
        """It can still be cancelled."""
        return self.state in UNFINISHED and not self.cancel_requested

    @property
    def can_retry(self) -> bool:
        """It ended without success and can be run again."""
        return self.state in (*TROUBLED, State.CANCELLED)

    @property
    def is_lease_over(self) -> bool:
        """Its worker has not been heard of in time."""
        return self.state == State.RUNNING and self.lease_until is not None and self.lease_until < clock.now()

    def pace(self, now: datetime | None = None) -> Pace:
        """Rate, time left and share done."""
        moment = self.finished or now or clock.now()
        return pace(done=self.progress_done, total=self.progress_total, started=self.started, now=moment)

    @property
    def actor(self) -> Actor:
        """Who had the job done."""
        identity: UUID | None = self.actor_id
        more: dict[str, Any] = self.actor_more or {}
        return Actor(
            kind=self.actor_kind,
            name=self.actor_name,
            user_id=identity,
            roles=frozenset(self.actor_roles),
            fonds=None if self.actor_fonds is None else frozenset(self.actor_fonds),
            reaches=None if more.get("reaches") is None else tuple(map(Reach.from_json, more["reaches"])),
            emergency=frozenset(more.get("emergency", ())),
            emergency_id=more.get("emergency_id", ""),
        )


class Schedule(models.Model):
    """When a job is due again; claimed by any worker, so that no single process is needed for it."""

    name = models.CharField(primary_key=True, max_length=100)
    every = models.PositiveIntegerField()  # seconds
    next_run_at = models.DateTimeField(default=clock.now)
    last_run_at = models.DateTimeField(null=True)
    is_enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} every {self.every} s"

    @property
    def label(self) -> Message:
        """What the job is called on pages."""
        return registry.label(self.name)
