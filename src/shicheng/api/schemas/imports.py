"""Shapes of catalogue imports."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shicheng.api.schemas.common import Out
from shicheng.cataloguing.models import CatalogueImport
from shicheng.cataloguing.types import Column


class ImportOut(Out):
    """A catalogue on its way in, or taken in."""

    id: UUID
    number: str
    state: str
    name: str
    source: str
    fonds: str
    form: str
    bytes: int
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    marked: int
    suspects: int
    reason: str
    job: UUID | None
    received_by: str
    received_at: datetime
    done_at: datetime | None

    @classmethod
    def of(cls, one: CatalogueImport) -> ImportOut:
        """Show an import."""
        return cls(
            id=one.pk, number=one.number, state=one.state, name=one.name, source=one.source, fonds=one.fonds_code,
            form=one.form, bytes=one.bytes, rows=one.rows, created=one.created, updated=one.updated,
            unchanged=one.unchanged, rejected=one.rejected, marked=one.marked, suspects=one.suspects,
            reason=one.reason, job=one.job, received_by=one.received_by, received_at=one.received_at,
            done_at=one.done_at,
        )  # fmt: skip


class ImportPage(Out):
    """One page of imports, newest first."""

    items: list[ImportOut]
    next: str


class ColumnOut(Out):
    """What a column of a catalogue was taken for; `element` is "" where it is kept as an extra column."""

    header: str
    element: str
    confidence: int

    @classmethod
    def of(cls, one: Column) -> ColumnOut:
        """Show a column."""
        return cls(header=one.header, element=one.element, confidence=one.confidence)
