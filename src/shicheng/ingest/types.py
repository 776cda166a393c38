"""Values of this room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


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
class Received:
    """A transfer as received: new, or known already by its content."""

    transfer_id: UUID
    number: str
    known: bool
