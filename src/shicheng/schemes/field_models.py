"""Tables of fields of descriptions an archive laid down."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id


class FieldTable(models.Model):
    """One version of the fields of a category, from a day on. It never changes; a change is the next version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    category = models.CharField(max_length=60, blank=True)  # "" for all that have none of their own
    version = models.PositiveIntegerField()
    begins = models.DateField()
    fields = models.JSONField(default=list)
    reason = models.TextField()
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        app_label = "schemes"
        ordering = ["category", "-version"]
        constraints = [models.UniqueConstraint(fields=["category", "version"], name="schemes_field_table_once")]

    def __str__(self) -> str:
        return f"{self.category or '*'} {self.version}"
