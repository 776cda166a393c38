"""How items are put together: volumes by what they are about, boxes by where they lie, new codes by decision."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id


class Volume(models.Model):
    """A volume 案卷: logical. A virtual one gathers items without moving them, and an item may be in several."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="volumes")
    code = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=400)
    is_virtual = models.BooleanField(default=True)
    year = models.PositiveSmallIntegerField(null=True)
    retention = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)  # 备考
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["code", "title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~models.Q(code=""), name="holdings_volume_code")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}".strip()


class VolumeItem(models.Model):
    """An item in a volume, at its place."""

    volume = models.ForeignKey(Volume, on_delete=models.CASCADE, related_name="entries")
    item = models.ForeignKey("holdings.Item", on_delete=models.PROTECT, related_name="volume_entries")
    order = models.PositiveIntegerField()
    # The id of the item where the volume is a real one: no item lies in two of them.
    only = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["volume", "item"], name="holdings_volume_item_once")]


class Box(models.Model):
    """A box 盒: physical. It says what lies in it and who put it there, and nothing of what the items are called."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="boxes")
    number = models.PositiveIntegerField()
    category = models.CharField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    retention = models.CharField(max_length=20, blank=True)
    department = models.CharField(max_length=200, blank=True)
    width = models.PositiveSmallIntegerField()  # millimetres: 20, 30, 40, 50
    note = models.TextField(blank=True)  # 盒内文件情况说明 of the end-sheet 备考表
    arranged_by = models.CharField(max_length=200)
    arranged_at = models.DateTimeField()
    checked_by = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True)
    location = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["fonds", "number"], name="holdings_box_number")]

    def __str__(self) -> str:
        return f"{self.number} ({self.width} mm)"


class BoxedItem(models.Model):
    """The box an item lies in."""

    item = models.OneToOneField(
        "holdings.Item", on_delete=models.PROTECT, primary_key=True, related_name="boxed"
    )  # fmt: skip
    box = models.ForeignKey(Box, on_delete=models.PROTECT, related_name="entries")
    at = models.DateTimeField()


class Renumbering(models.Model):
    """New codes for items held, decided once and carried out item by item."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    actor = models.JSONField()
    at = models.DateTimeField()
    job = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]


class Renumbered(models.Model):
    """One item of a renumbering. While it waits nobody else may take its new code."""

    renumbering = models.ForeignKey(Renumbering, on_delete=models.CASCADE, related_name="entries")
    item = models.ForeignKey("holdings.Item", on_delete=models.PROTECT, related_name="+")
    old = models.CharField(max_length=200)
    new = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    problem = models.JSONField(null=True)  # why it could not be done

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["new"],
                condition=models.Q(done_at=None, problem__isnull=True),
                name="holdings_promised_code_once",
            )
        ]
