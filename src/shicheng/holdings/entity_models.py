"""Business entities (业务对象) that records come from: sessions, deputies, motions, programmes, households; linked."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id


class Entity(models.Model):
    """A thing of the business the records tell of. Its kind says what it is and which attributes it has."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    fonds_code = models.CharField(max_length=40)
    code = models.CharField(max_length=120)  # within its kind and fonds: the number of a motion, the name of a deputy
    name = models.CharField(max_length=400)
    day = models.DateField(null=True)  # the one lists are put in order by
    attributes = models.JSONField(default=dict)  # by the names the kind gives; every value is text
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "fonds_code", "code"]
        constraints = [models.UniqueConstraint(fields=["kind", "fonds_code", "code"], name="holdings_entity_once")]

    def __str__(self) -> str:
        return self.name if self.name == self.code else f"{self.code} {self.name}"


class EntityLink(models.Model):
    """One entity stands in a relation to another, as the vocabulary of relations names it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="links_out")
    relation = models.CharField(max_length=40)
    second = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="links_in")
    attributes = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["first", "relation", "second"], name="holdings_link_once")]
        indexes = [models.Index(fields=["second", "relation"], name="holdings_link_back")]


class EntityItem(models.Model):
    """An item that documents an entity, and as what."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="documents")
    item = models.ForeignKey("holdings.Item", on_delete=models.PROTECT, related_name="entities")
    role = models.CharField(max_length=40)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entity", "item"], name="holdings_document_once")]
