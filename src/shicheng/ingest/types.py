"""Values of this room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shicheng.storage.types import StoredObject


class TransferState(StrEnum):
    """Where a transfer is on its way in."""

    ANNOUNCED = "announced"
    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    FAILED = "failed"
    ACCEPTED = "accepted"
    PARTLY_ACCEPTED = "partly_accepted"
    RETURNED = "returned"
    STORED = "stored"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a transfer, as `shicheng ingest --json` prints it."""

    transfer: str
    state: str
    accepted: int
    held: int
    files: int
    bytes: int
    seconds: float
    report: str | None

    def to_json(self) -> dict[str, object]:
        """The fixed shape scripts depend on."""
        return {
            "transfer": self.transfer,
            "state": self.state,
            "accepted": self.accepted,
            "held": self.held,
            "files": self.files,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "report": self.report,
        }


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of one attempt of a transfer, durable in the store."""

    stored: StoredObject
    stored_at: datetime  # as the papers themselves say


@dataclass(frozen=True, slots=True)
class Kept:
    """Items of a transfer that came with an earlier attempt and were sent again."""

    refs: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()  # those that came with other files this time: what was stored first stays

    def details(self) -> dict[str, object]:
        """What the audit log says of them."""
        if not self.refs:
            return {}
        return {"kept": len(self.refs), "differing": len(self.differing), "differing_refs": list(self.differing[:100])}


@dataclass(frozen=True, slots=True)
class Received:
    """A transfer as received: new, or known already by its content."""

    transfer_id: UUID
    number: str
    known: bool
