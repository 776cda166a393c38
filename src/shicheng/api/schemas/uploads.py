"""Shapes of uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In, Out, Text
from shicheng.ingest import arriving
from shicheng.ingest.models import Upload
from shicheng.settings import Settings


class FolderIn(In):
    """A folder that is to be sent: its name, its files, their bytes."""

    name: Annotated[str, Field(min_length=1, max_length=240, pattern=NO_NUL)]
    files: Annotated[int, Field(ge=1, lt=1 << 31)]
    bytes: Annotated[int, Field(ge=0, lt=1 << 62)]
    resubmit: Text = ""


class BegunFile(Out):
    """A file that was begun. `segments` are the lengths and SHA-256 of what is here, one after another."""

    path: str
    size: int
    offset: int
    address: str
    segments: list[tuple[int, str]]


class UploadRow(Out):
    """A batch on its way here."""

    id: UUID
    state: str
    kind: str
    name: str
    files: int
    bytes: int
    resubmit: str
    begun_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, one: Upload, settings: Settings) -> UploadRow:
        """Show an upload without its files."""
        return cls(
            id=one.pk, state=one.state, kind=one.kind, name=one.name, files=one.files, bytes=one.bytes,
            resubmit=one.resubmit, begun_at=one.begun_at, expires_at=arriving.expires_at(one, settings),
        )  # fmt: skip


class UploadOut(UploadRow):
    """A batch on its way here, with the files that were begun."""

    begun: list[BegunFile]


class UploadPage(Out):
    """One page of uploads, newest first."""

    items: list[UploadRow]
    next: str
