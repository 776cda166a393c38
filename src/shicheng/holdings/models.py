"""The records held: fonds, items, their descriptions and files."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Left

from shicheng.kernel.identifiers import new_id

TITLE_KEY = 60  # signs of a title that lists are put in order by; a whole title may be too long for an index


class Fonds(models.Model):
    """A body of records (全宗) made by one creating agency. It is not the organisation itself."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=400)
    agency = models.CharField(max_length=400, blank=True)
    founded = models.DateTimeField()
    # What follows is drawn from its events (`FondsEvent`), never set by itself.
    kind = models.CharField(max_length=12, default="agency")  # of fonds_types.FondsKind
    began_on = models.DateField(null=True)  # the agency began its work
    closed_on = models.DateField(null=True)  # 封闭全宗: it takes in nothing more
    location = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["code"]

    @property
    def is_closed(self) -> bool:
        """Tell whether it takes in nothing more."""
        return self.closed_on is not None

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Item(models.Model):
    """An item (件), the unit of arrangement.

    The columns are drawn from `elements` so that lists can filter and sort; `elements` holds every value as
    it was given and is the description itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Two of the indexes below begin with the fonds.
    fonds = models.ForeignKey(Fonds, on_delete=models.PROTECT, related_name="items", db_index=False)
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
    # Id of the row of a filing table (`schemes`) that judged it; `extra` carries it through the store.
    filing_row = models.CharField(max_length=40, null=True, editable=False)
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
            # Orders of the table of items (`tables.ORDERS`), each with what makes it unambiguous.
            models.Index(Left("title", TITLE_KEY), "id", name="item_title"),
            models.Index(fields=["year", "code_sort"], name="item_year"),
            models.Index(fields=["year", "date_from", "id"], name="item_year_date"),
            models.Index(fields=["fonds", "date_from", "id"], name="item_fonds_date"),
            models.Index(fields=["registered", "id"], name="item_registered"),
            models.Index(fields=["filing_row"], name="item_filing_row", condition=models.Q(filing_row__isnull=False)),
            # How many records of a year each row judged, from the index alone.
            models.Index(
                fields=["fonds", "year", "filing_row"], name="item_judged", condition=models.Q(filing_row__isnull=False)
            ),
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


class FormerCode(models.Model):
    """A reference code an item had before; like one in use it is never given to another item."""

    code = models.CharField(max_length=200, primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="former_codes")

    def __str__(self) -> str:
        return self.code


class HandSet(models.Model):
    """The elements of an item that a person set by hand; no catalogue that comes again takes them back."""

    item = models.OneToOneField(Item, on_delete=models.PROTECT, primary_key=True, related_name="hand_set")
    elements = models.JSONField(default=list)  # names, sorted
    edited = models.DateTimeField()  # last


class BegunEdit(models.Model):
    """An edit that was promised and is on its way through the store; its row goes when it is done.

    Whoever finds one takes it to its end: the act is the same however often it is carried out.
    """

    item = models.OneToOneField(Item, on_delete=models.PROTECT, primary_key=True, related_name="begun_edit")
    version = models.PositiveIntegerField()  # the version it makes
    changes = models.JSONField()  # element -> new value, "" takes it away
    reason = models.TextField()
    at = models.DateTimeField()
    actor = models.JSONField()  # kind, name and id of who edits


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


class Tally(models.Model):
    """How many items there are of one kind, so that lists never count rows.

    Written by triggers of the database (`tallies`), whoever changes items. Several rows may stand for the same
    kind and their numbers may be negative: only sums mean something.
    """

    fonds = models.ForeignKey(Fonds, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    category = models.CharField(max_length=60, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    retention = models.CharField(max_length=20, blank=True)
    department = models.CharField(max_length=200, blank=True)
    secrecy = models.CharField(max_length=20)
    openness = models.CharField(max_length=20)
    has_files = models.BooleanField()
    items = models.BigIntegerField()
    files = models.BigIntegerField()
    bytes = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["fonds", "category", "year", "retention", "department"], name="holdings_tally_kind")
        ]


class TableView(models.Model):
    """A view of the table of items that a person keeps: its filters, order and columns, under a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    owner_name = models.CharField(max_length=200)
    name = models.CharField(max_length=80)
    filters = models.JSONField(default=dict)
    order = models.CharField(max_length=20)
    columns = models.JSONField(default=list)
    is_shared = models.BooleanField(default=False)  # with everyone who may see the table
    saved = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="holdings_view_once")]

    def __str__(self) -> str:
        return self.name


class ColumnChoice(models.Model):
    """The columns of the table of items as a person wants them."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    columns = models.JSONField(default=list)


# The rest of the room's tables, by what they are about.
from shicheng.holdings.arranged_models import Box, BoxedItem, Renumbered, Renumbering, Volume, VolumeItem  # noqa: E402
from shicheng.holdings.entity_models import Entity, EntityItem, EntityLink  # noqa: E402
from shicheng.holdings.fonds_models import DossierPaper, FondsEvent  # noqa: E402

__all__ = [
    "TITLE_KEY",
    "BegunEdit",
    "Box",
    "BoxedItem",
    "ColumnChoice",
    "DossierPaper",
    "Entity",
    "EntityItem",
    "EntityLink",
    "File",
    "FileText",
    "Fonds",
    "FondsEvent",
    "FormerCode",
    "HandSet",
    "Item",
    "ItemVersion",
    "Renumbered",
    "Renumbering",
    "TableView",
    "Tally",
    "Volume",
    "VolumeItem",
]  # fmt: skip
