"""Verifying the whole archive: every byte of the store, database against store both ways, and the audit log."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shicheng.audit.verification import verify_chain
from shicheng.holdings import selectors as holdings
from shicheng.holdings.editing import finish_edits
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage

Progress = Callable[..., None]


@dataclass(frozen=True, slots=True)
class DamagedFile:
    """One thing wrong, by the reference code of its item where there is one."""

    ref: str | None
    path: str
    problem: str


@dataclass(slots=True)
class Verification:
    """What a verification found."""

    objects: int = 0
    files: int = 0
    bytes: int = 0
    damaged: list[DamagedFile] = field(default_factory=list)
    audit_entries: int = 0
    audit_intact: bool = True
    seconds: float = 0.0

    @property
    def intact(self) -> bool:
        """Tell whether nothing at all is wrong."""
        return not self.damaged and self.audit_intact

    def to_json(self) -> dict[str, Any]:
        """The fixed shape scripts depend on."""
        return {
            "objects": self.objects,
            "files": self.files,
            "bytes": self.bytes,
            "damaged": [{"ref": one.ref, "path": one.path, "problem": one.problem} for one in self.damaged],
            "audit": {"entries": self.audit_entries, "intact": self.audit_intact},
        }


def verify_archive(
    *, actor: Actor, settings: Settings, progress: Progress = lambda done, total=None, note="": None
) -> Verification:
    """Verify everything once; damage is noted in the database and in the audit log as well."""
    started = time.monotonic()
    finish_edits(settings)  # one that was cut off would look like damage
    report = storage.verify(actor, settings, on_progress=progress)
    refs = holdings.codes_of_objects({one.object_id for one in report.damaged})
    chain = verify_chain()
    return Verification(
        objects=report.objects,
        files=report.files,
        bytes=report.bytes,
        damaged=[
            DamagedFile(refs.get(one.object_id, one.object_id or None), one.path, one.problem) for one in report.damaged
        ],
        audit_entries=chain.entries,
        audit_intact=chain.intact,
        seconds=time.monotonic() - started,
    )
