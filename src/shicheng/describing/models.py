"""Sets of changes of descriptions, and the authorities (规范档) descriptions name."""

from __future__ import annotations

from typing import Final

from django.db import models

from shicheng.describing.states import CHANGE
from shicheng.kernel.identifiers import new_id
from shicheng.people.types import Actor
from shicheng.schemes.fields import AUTHORITIES


class ChangeSet(models.Model):
    """Changes of some or many descriptions that are one act: a batch change, a save of the grid, an undoing.

    Its lines are in its object of the store, one for each item; versions of descriptions made by it point there.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, null=True, unique=True)  # B2026-0001; saves of the grid have none
    kind = models.CharField(max_length=10)  # "batch", "grid", "sheet", "undo"
    state = models.CharField(max_length=10, default=CHANGE.start, db_index=True)
    act = models.JSONField(default=dict)  # what is done: operation and selection, or the rows of the grid
    reason = models.TextField()
    undoes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="undoings")
    expected = models.PositiveIntegerField(default=0)  # records the preview told
    chosen = models.PositiveIntegerField(default=0)  # records there were when it began
    lines = models.PositiveIntegerField(default=0)  # in the store
    faulty = models.PositiveIntegerField(default=0)  # records left out because the new value can't stand
    changed = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)  # lines not carried out: the item moved on meanwhile
    line = models.PositiveIntegerField(default=0)  # how far work got, so that it goes on from here
    left_rows = models.JSONField(default=list)  # rows of those
    result = models.JSONField(default=dict)  # of the grid: what to answer when the same rows are sent again
    made_by = models.CharField(max_length=200)
    actor = models.JSONField(default=dict)  # kind, name and id of who had it done
    user_id = models.UUIDField(null=True)
    made_at = models.DateTimeField(db_index=True)
    at = models.DateTimeField(null=True)  # the moment of its versions: when its lines were read off the holdings
    done_at = models.DateTimeField(null=True)
    job = models.UUIDField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.number or str(self.pk)

    @property
    def object_id(self) -> str:
        """Id of the object in the store that keeps its lines."""
        return f"urn:uuid:{self.id}"


class Authority(models.Model):
    """A person, body, place or subject that descriptions name, under its right name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, db_index=True)
    name = models.CharField(max_length=300)
    dates = models.CharField(max_length=200, blank=True)  # lived, existed, in use
    note = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["kind", "name", "id"]
        indexes = [models.Index(fields=["kind", "name"], name="describing_authority_name")]

    def __str__(self) -> str:
        return self.name


KINDS: Final = tuple(AUTHORITIES)
"""All kinds; the index of names begins with the kind, so that who looks a name up names them."""


class AuthorityName(models.Model):
    """A name an authority is found by: its own, or a variant; `came_from` is what it belonged to before a merge."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=300)
    folded = models.CharField(max_length=300)
    is_main = models.BooleanField(default=False)
    came_from = models.ForeignKey(Authority, on_delete=models.PROTECT, null=True, related_name="names_given")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["kind", "folded"], name="describing_authority_name_once")]

    def __str__(self) -> str:
        return self.name


class AuthorityLink(models.Model):
    """That a description names an authority in an element; drawn from the description, and again when it changes."""

    id = models.BigAutoField(primary_key=True)
    # Undoing an import takes many items away at once; the links of those go with the next look at the log.
    item = models.ForeignKey(
        "holdings.Item", on_delete=models.CASCADE, related_name="authority_links", db_constraint=False
    )
    authority = models.ForeignKey(Authority, on_delete=models.CASCADE, related_name="links")
    element = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["authority", "item", "element"], name="describing_authority_link_once")
        ]


def who(actor: Actor) -> dict[str, str]:
    """An actor as a set remembers them."""
    return {"kind": actor.kind, "name": actor.name, "user_id": str(actor.user_id) if actor.user_id else ""}
