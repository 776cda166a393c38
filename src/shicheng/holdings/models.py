"""The records held: fonds, items, their descriptions and files."""

from __future__ import annotations

from django.db import models

from shicheng.kernel.identifiers import new_id


class Fonds(models.Model):
    """A body of records (全宗) made by one creating agency. It is not the organisation itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=400)
    agency = models.CharField(max_length=400, blank=True)
    founded = models.DateTimeField()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Item(models.Model):
    """An item (件), the unit of arrangement.

    The columns are drawn from `elements` so that lists can filter and sort; `elements` holds every value as
    it was given and is the description itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    fonds = models.ForeignKey(Fonds, on_delete=models.PROTECT, related_name="items")
    reference_code = models.CharField(max_length=200, unique=True)  # unique over all history
    code_sort = models.CharField(max_length=300)
    category = models.CharField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    retention = models.CharField(max_length=20, blank=True)
    department = models.CharField(max_length=200, blank=True)
    volume = models.CharField(max_length=60, blank=True)
    number = models.PositiveIntegerField(null=True)
    title = models.TextField()
    author = models.TextField(blank=True)
    document_number = models.CharField(max_length=300, blank=True)
    date_text = models.CharField(max_length=200, blank=True)
    date_from = models.DateField(null=True)
    date_to = models.DateField(null=True)
    secrecy = models.CharField(max_length=20)
    openness = models.CharField(max_length=20)
    pages = models.PositiveIntegerField(null=True)
    elements = models.JSONField(default=dict)
    extra = models.JSONField(default=dict)
    process = models.JSONField(default=list)
    transfer = models.CharField(max_length=40, db_index=True)  # number of the transfer it came with
    object_id = models.CharField(max_length=200, unique=True)  # object in the preservation store
    # Stable key of a record that came by a catalogue; its description lies in the object of that import, and an
    # object of its own is there only once files were attached.
    source_key = models.CharField(max_length=32, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    files_count = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    registered = models.DateTimeField()

    class Meta:
        ordering = ["code_sort"]
        indexes = [
            models.Index(fields=["fonds", "code_sort"], name="item_fonds_code"),
            models.Index(fields=["code_sort"], name="item_code"),
            models.Index(fields=["date_from", "id"], name="item_date"),
            models.Index(fields=["fonds", "category", "year", "retention", "department"], name="item_tree"),
            models.Index(fields=["openness", "secrecy"], name="item_openness"),
            models.Index(fields=["document_number"], name="item_document_number"),
        ]

    def __str__(self) -> str:
        return f"{self.reference_code} {self.title}"


class ItemVersion(models.Model):
    """A description as it was from one moment on; the highest version is the current one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    elements = models.JSONField(default=dict)
    extra = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.CharField(max_length=200)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "version"], name="item_version_once")]


class File(models.Model):
    """A file (计算机文件) of an item; its bytes lie in the item's object in the store."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="files")
    order = models.PositiveIntegerField()
    draft_state = models.CharField(max_length=40, blank=True)
    name = models.TextField()
    raw_name = models.BinaryField(default=b"")  # exact bytes, where they are not plain UTF-8 of the name
    logical_path = models.TextField()
    size = models.BigIntegerField()
    sha512 = models.CharField(max_length=128)
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64, db_index=True)
    puid = models.CharField(max_length=40, blank=True)
    format_name = models.CharField(max_length=200, blank=True)
    mime = models.CharField(max_length=150, blank=True)
    pages = models.PositiveIntegerField(null=True)
    encoding = models.CharField(max_length=40, blank=True)
    technical = models.JSONField(default=dict)

    class Meta:
        ordering = ["item", "order"]
        constraints = [models.UniqueConstraint(fields=["item", "logical_path"], name="file_once")]

    def __str__(self) -> str:
        return self.name


class FileText(models.Model):
    """Text drawn from a file, compressed; it can be drawn again at any time."""

    file = models.OneToOneField(File, on_delete=models.PROTECT, primary_key=True, related_name="text")
    zipped = models.BinaryField()
    characters = models.PositiveIntegerField()
