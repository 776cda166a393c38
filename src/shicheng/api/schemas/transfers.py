"""Shapes of transfers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shicheng.api.schemas.common import In, Out, Reason, Text
from shicheng.ingest.models import Transfer


class TransferOut(Out):
    """A batch handed over by an office."""

    id: UUID
    number: str
    attempt: int
    state: str
    name: str
    kind: str
    agency: str
    fonds: str
    fonds_name: str
    category: str
    items: int
    files: int
    bytes: int
    accepted: int
    held: int
    reason: str
    decided_by: str
    report: UUID | None
    job: UUID | None
    same_as: str
    announced_at: datetime
    received_at: datetime | None
    decided_at: datetime | None
    stored_at: datetime | None

    @classmethod
    def of(cls, one: Transfer) -> TransferOut:
        """Show a transfer."""
        return cls(
            id=one.pk, number=one.number, attempt=one.attempt, state=one.state, name=one.name, kind=one.kind,
            agency=one.agency, fonds=one.fonds_code, fonds_name=one.fonds_name, category=one.category, items=one.items,
            files=one.files, bytes=one.bytes, accepted=one.accepted, held=one.held, reason=one.reason,
            decided_by=one.decided_by, report=one.report, job=one.job, same_as=one.same_as,
            announced_at=one.announced_at, received_at=one.received_at, decided_at=one.decided_at,
            stored_at=one.stored_at,
        )  # fmt: skip


class TransferPage(Out):
    """One page of transfers, newest first."""

    items: list[TransferOut]
    next: str


class ReasonIn(In):
    """A decision that is explained."""

    reason: Reason


class PathIn(In):
    """A batch that lies on the server already."""

    path: Text
    resubmit: Text = ""
