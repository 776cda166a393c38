"""The pool 预归档库: files on their way to becoming items, and the items they become."""

from __future__ import annotations

from typing import Any

from django.db import models

from shicheng.arranging.states import BATCH, FILING, ITEM
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message


class Batch(models.Model):
    """Files that came into the pool together; their bytes lie in the staging area until all of them are filed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=60, blank=True)  # code of the filing unit, or its name
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default=BATCH.start)
    source = models.TextField(blank=True)  # where the files wait to be taken from
    upload = models.UUIDField(null=True)  # the upload they came with
    key = models.CharField(max_length=200, blank=True)  # what another system calls it: the same one comes once
    files_count = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    added_by = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    job = models.UUIDField(null=True)
    problem_json = models.JSONField(null=True, db_column="problem")

    class Meta:
        ordering = ["-added_at", "-id"]
        indexes = [models.Index(fields=["fonds", "year"], name="arranging_batch_pool")]
        constraints = [
            models.UniqueConstraint(
                fields=["fonds", "key"], condition=~models.Q(key=""), name="arranging_batch_once"
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def place(self) -> str:
        """Name of its part of the staging area."""
        return f"pool-{self.pk}"

    @property
    def problem(self) -> Message | None:
        """Why its files could not be taken."""
        return Message.from_json(self.problem_json) if self.problem_json else None


class PoolItem(models.Model):
    """An item 件 that is being formed, described, classified and numbered."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField()  # filing year 年度
    state = models.CharField(max_length=10, default=ITEM.start)
    title = models.TextField(blank=True)
    document_number = models.CharField(max_length=300, blank=True)
    author = models.TextField(blank=True)
    date = models.CharField(max_length=40, blank=True)  # as in a description
    pages = models.PositiveIntegerField(null=True)
    elements = models.JSONField(default=dict)  # what else describes it, by names of elements
    process = models.JSONField(default=list)  # acts of the business system, as ProcessEntry
    source = models.CharField(max_length=200, blank=True)  # what the business system calls it
    category = models.CharField(max_length=60, blank=True)
    department = models.CharField(max_length=200, blank=True)
    retention = models.CharField(max_length=20, blank=True)
    scope_row = models.CharField(max_length=60, blank=True)  # id of the row of the filing scope that judged it
    judged_by = models.JSONField(default=list)  # the reasons that were shown when the class was taken
    importance = models.PositiveSmallIntegerField(default=5)  # 1 stands first in its class, 9 last
    set_name = models.CharField(max_length=200, blank=True)  # meeting or return it is kept together with
    reference_code = models.CharField(max_length=200, null=True, unique=True)
    code_sort = models.CharField(max_length=300, blank=True)
    filing = models.ForeignKey("Filing", on_delete=models.PROTECT, null=True, related_name="items")
    returned = models.TextField(blank=True)  # why its last transfer gave it back
    faults = models.JSONField(default=list)  # what the check of that transfer found in it, as messages
    mends = models.CharField(max_length=20, blank=True)  # number of the transfer that gave it back
    held_item = models.UUIDField(null=True)  # the item of the holdings it became
    version = models.PositiveIntegerField(default=1)
    step = models.UUIDField(null=True)  # the last step that changed it
    formed_at = models.DateTimeField()
    formed_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["code_sort", "formed_at", "id"]
        indexes = [models.Index(fields=["fonds", "year", "state"], name="arranging_item_pool")]

    def __str__(self) -> str:
        return f"{self.reference_code or '–'} {self.title}"

    @property
    def is_classified(self) -> bool:
        """Tell whether it has a category and a retention period; a department is not asked of small offices."""
        return bool(self.category and self.retention)

    @property
    def told_faults(self) -> list[tuple[Message, Message | None]]:
        """What the check found wrong with it, each with what to do about it."""
        return [
            (Message.from_json(one["what"]), Message.from_json(one["advice"]) if one["advice"] else None)
            for one in self.faults
        ]

    @property
    def is_numbered(self) -> bool:
        """Tell whether it has a code."""
        return self.reference_code is not None


class PoolFile(models.Model):
    """A file in the pool: loose, part of an item, or left out of filing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="files")
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField()
    item = models.ForeignKey(PoolItem, on_delete=models.PROTECT, null=True, related_name="files")
    order = models.PositiveIntegerField(default=0)
    part = models.CharField(max_length=20, blank=True)  # of types.Part
    is_left_out = models.BooleanField(default=False)  # 不归档: stays here, with its reason in the log
    path = models.TextField()  # as it came, "/" between folders
    raw_name = models.BinaryField(default=b"")
    local = models.TextField()  # below the place of its batch
    size = models.BigIntegerField()
    sha512 = models.CharField(max_length=128)
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64)
    mime = models.CharField(max_length=150, blank=True)
    format_name = models.CharField(max_length=200, blank=True)
    pages = models.PositiveIntegerField(null=True)
    text = models.TextField(blank=True)  # the beginning and the end of its text, for proposals
    cluster = models.CharField(max_length=300, blank=True)  # the same for all that may belong together
    crowd = models.PositiveIntegerField(default=0)  # files that came in its folder, 0 where nobody counted
    step = models.UUIDField(null=True)

    class Meta:
        ordering = ["order", "path", "id"]
        indexes = [
            models.Index(fields=["fonds", "year", "item"], name="arranging_file_pool"),
            models.Index(fields=["fonds", "year", "cluster"], name="arranging_file_cluster"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def name(self) -> str:
        """Its own name, without folders."""
        return self.path.rpartition("/")[2]


class Filing(models.Model):
    """Items of the pool on their way into the holdings by a transfer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=FILING.start, db_index=True)
    items_count = models.PositiveIntegerField()
    files_count = models.PositiveIntegerField(default=0)
    begun_by = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    agency = models.CharField(max_length=400, blank=True)
    transfer = models.UUIDField(null=True)
    number = models.CharField(max_length=20, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)  # the second and later ones mend the same transfer
    job = models.UUIDField(null=True)
    reason = models.TextField(blank=True)  # why it came back
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"{self.number or self.pk} {self.state}"


class Step(models.Model):
    """A change of the pool that can be undone: what the rows it touched said before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=60, blank=True)  # of all it touched; "" where they are of several
    verb = models.CharField(max_length=20)
    label_json = models.JSONField(db_column="label")
    by = models.CharField(max_length=200)
    user = models.UUIDField(null=True)
    at = models.DateTimeField()
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["fonds", "year", "-at"], name="arranging_step_pool")]

    def __str__(self) -> str:
        return f"{self.verb} {self.at}"

    @property
    def label(self) -> Message:
        """What was done, in words."""
        return Message.from_json(self.label_json)


class UnitRule(models.Model):
    """A rule by which classes are proposed in a fonds: prefix of numbers, issuing body, or words of the title."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey("holdings.Fonds", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    department = models.CharField(max_length=200, blank=True)
    retention = models.CharField(max_length=20, blank=True)
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["kind", "value", "id"]
        constraints = [models.UniqueConstraint(fields=["fonds", "kind", "value"], name="arranging_rule_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


def plain(row: models.Model, names: tuple[str, ...]) -> dict[str, Any]:
    """Columns of a row as JSON keeps them."""
    return {name: None if (value := getattr(row, name)) is None else _plain(value) for name in names}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | list | dict) else str(value)
