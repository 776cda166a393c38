"""The door for Python programs: `shicheng.open_archive(path)`."""

from __future__ import annotations

from shicheng.door.archive import Archive
from shicheng.door.opening import OtherArchive, open_archive
from shicheng.door.types import (
    Attached,
    Authority,
    BatchChange,
    ChangePreview,
    Check,
    Damage,
    Event,
    Export,
    Finding,
    Found,
    Hit,
    Import,
    Intake,
    Left,
    Record,
    RecordFile,
    Report,
    Undoing,
    Verification,
    Version,
)

__all__ = [
    "Archive",
    "Attached",
    "Authority",
    "BatchChange",
    "ChangePreview",
    "Check",
    "Damage",
    "Event",
    "Export",
    "Finding",
    "Found",
    "Hit",
    "Import",
    "Intake",
    "Left",
    "OtherArchive",
    "Record",
    "RecordFile",
    "Report",
    "Undoing",
    "Verification",
    "Version",
    "open_archive",
]
