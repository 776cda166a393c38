"""What the archive has promised to keep, when it was last verified, and what was found."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id


class PromisedObject(models.Model):
    """An object of the store that the archive has promised to keep."""

    class Kind(models.TextChoices):
        """What the object holds."""

        ITEM = "item"
        TRANSFER = "transfer"
        AUDIT = "audit"
        IMPORT = "import"

    class State(models.TextChoices):
        """What the last verification found."""

        OK = "ok"
        DAMAGED = "damaged"
        MISSING = "missing"

    object_id = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.PositiveIntegerField(default=1)
    files = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    inventory_digest = models.CharField(max_length=128)  # SHA-512: an object swapped for an older one is noticed
    stored_at = models.DateTimeField()
    last_verified = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OK)

    class Meta:
        indexes = [
            models.Index(fields=["last_verified", "object_id"], name="storage_verified"),
            models.Index(fields=["state"], name="storage_state"),
        ]

    def __str__(self) -> str:
        return self.object_id


class FixityRun(models.Model):
    """One verification of the whole store or of a part."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=10)  # "whole" or "due"
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    actor_name = models.CharField(max_length=200)
    objects_seen = models.PositiveIntegerField()
    files_seen = models.PositiveIntegerField()
    bytes_read = models.PositiveBigIntegerField()
    damages = models.PositiveIntegerField()

    class Meta:
        ordering = ["-started_at"]


class FoundDamage(models.Model):
    """One thing a verification found wrong; kept when it is mended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    object_id = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=1500)
    problem = models.CharField(max_length=12)
    found_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-found_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "path", "problem"],
                condition=models.Q(mended_at__isnull=True),
                name="storage_damage_open_once",
            )
        ]
