"""Searches people keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from shicheng.kernel.identifiers import new_id


class SavedSearch(models.Model):
    """A search a person keeps under a name, and how many records it found when they last looked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    address = models.TextField()  # query part of the address of the search page
    seen_total = models.PositiveBigIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="search_saved_once")]

    def __str__(self) -> str:
        return self.name
