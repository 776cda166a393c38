"""What is told of a fonds beside its records: its events and its dossier 全宗卷."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id


class DossierPaper(models.Model):
    """A paper of a fonds dossier 全宗卷, one row for each version; its bytes lie in the preservation store."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="papers")
    paper = models.UUIDField()  # the same for all versions; names the object in the store
    version = models.PositiveIntegerField()
    category = models.CharField(max_length=20)  # of fonds_types.PAPER_KINDS
    title = models.CharField(max_length=300)
    name = models.CharField(max_length=300)  # of the file
    mime = models.CharField(max_length=150, blank=True)
    size = models.BigIntegerField()
    sm3 = models.CharField(max_length=64)
    text = models.TextField(blank=True)  # where it was written here
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["category", "title", "-version"]
        constraints = [models.UniqueConstraint(fields=["paper", "version"], name="holdings_paper_version_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def object_id(self) -> str:
        """Id of its object in the store."""
        return f"urn:uuid:{self.paper}"


class FondsEvent(models.Model):
    """Something that happened to a fonds, with the decision it rests on (GB/T 13967-2026, 9). Never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12)  # of fonds_types.FondsEventKind
    on = models.DateField()
    decision = models.CharField(max_length=500)  # the document that decided it
    evidence = models.ForeignKey(DossierPaper, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.TextField(blank=True)
    others = models.JSONField(default=list)  # codes of the other fonds it concerns
    name_before = models.CharField(max_length=400, blank=True)
    name_after = models.CharField(max_length=400, blank=True)
    recorded_by = models.CharField(max_length=200)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["on", "recorded_at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"
