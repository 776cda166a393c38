"""Shapes of items, their files and their versions."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from shicheng.api.schemas.common import Json, Out
from shicheng.holdings.models import File, Item
from shicheng.holdings.types import Branch


class ItemRow(Out):
    """An item as lists show it."""

    id: UUID
    ref: str
    title: str
    author: str
    document_number: str
    date: str
    fonds: str
    category: str
    year: int | None
    retention: str
    department: str
    openness: str
    secrecy: str
    transfer: str
    files: int
    bytes: int
    version: int

    @classmethod
    def of(cls, one: Item) -> ItemRow:
        """Show an item in a list."""
        return cls(**_row(one))


class ItemPage(Out):
    """One page of items in the order of their codes."""

    items: list[ItemRow]
    next: str


class FileOut(Out):
    """A file of an item."""

    id: UUID
    name: str
    order: int
    draft_state: str
    size: int
    format: str
    puid: str
    mime: str
    pages: int | None
    sha512: str
    sha256: str
    sm3: str
    content: str

    @classmethod
    def of(cls, one: File) -> FileOut:
        """Show a file; `content` is the address of its bytes."""
        return cls(
            id=one.pk, name=_shown(one.name), order=one.order, draft_state=one.draft_state, size=one.size,
            format=one.format_name, puid=one.puid, mime=one.mime, pages=one.pages, sha512=one.sha512,
            sha256=one.sha256, sm3=one.sm3, content=f"/api/v1/files/{one.pk}/content",
        )  # fmt: skip


class ItemOut(ItemRow):
    """An item with its whole description and its files."""

    fonds_name: str
    date_from: date | None
    date_to: date | None
    object: str
    registered: datetime
    elements: Json
    extra: Json
    process: list[Json]
    documents: list[FileOut]

    @classmethod
    def of(cls, one: Item) -> ItemOut:
        """Show an item whole."""
        return cls(
            **_row(one), fonds_name=one.fonds.name, date_from=one.date_from, date_to=one.date_to, object=one.object_id,
            registered=one.registered, elements=one.elements, extra=one.extra, process=one.process,
            documents=[FileOut.of(each) for each in one.files.all()],
        )  # fmt: skip


class BranchOut(Out):
    """A branch of the tree fonds, category, year, retention, department; `filters` lead to its items."""

    level: str
    key: str
    label: str
    count: int
    filters: dict[str, str]

    @classmethod
    def of(cls, one: Branch) -> BranchOut:
        """Show a branch."""
        return cls(level=one.level, key=one.key, label=one.label, count=one.count, filters=one.filters)


class TextOut(Out):
    """The text drawn from a file."""

    text: str


def _row(one: Item) -> Json:
    return {
        "id": one.pk, "ref": one.reference_code, "title": one.title, "author": one.author,
        "document_number": one.document_number, "date": one.date_text, "fonds": one.fonds.code,
        "category": one.category, "year": one.year, "retention": one.retention, "department": one.department,
        "openness": one.openness, "secrecy": one.secrecy, "transfer": one.transfer, "files": one.files_count,
        "bytes": one.bytes, "version": one.version,
    }  # fmt: skip


def _shown(name: str) -> str:
    """A name as JSON can carry it: half characters become question marks; the exact name comes with the bytes."""
    return name.encode("utf-8", "replace").decode("utf-8")


def tag_of(one: Item) -> str:
    """The ETag of an item: its version, and what changes without one."""
    return f'"v{one.version}.{one.files_count}.{one.bytes}"'
