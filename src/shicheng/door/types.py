"""What the door hands out: small values that stay right when the archive is closed. No Django here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found. `level` is error, warning or manual; `advice` says what to do, "" if nothing."""

    check: str
    property: str
    level: str
    ref: str | None
    path: str | None
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Check:
    """How one check came out: pass, fail, manual or not_checked."""

    check: str
    title: str
    result: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a four-property check of a batch found. `verdict` is pass, review or fail."""

    kind: str
    items: int
    files: int
    bytes: int
    verdict: str
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Tell whether nothing was found that keeps the batch out."""
        return self.verdict != "fail"


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a batch. `state` is stored, or failed when it waits for a decision."""

    transfer: str
    state: str
    accepted: int
    held: int
    files: int
    bytes: int
    seconds: float
    report: str | None

    @property
    def complete(self) -> bool:
        """Tell whether all of it is stored."""
        return self.state == "stored" and self.held == 0


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a catalogue. Rejected rows stand in `errors_workbook` with their reasons."""

    number: str
    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    errors_workbook: Path | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing an import did: records removed, returned to what they were, or kept since they changed later."""

    number: str
    removed: int
    returned: int
    kept: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of a folder of files. Paths of `missing` found no record, those of `ambiguous` several.

    At most a thousand paths of each kind; `report` is a csv of all.
    """

    files: int
    matched: int
    records: int
    known: int
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    refused: tuple[str, ...]
    report: Path

    @property
    def complete(self) -> bool:
        """Tell whether every file found its record."""
        return not (self.missing or self.ambiguous or self.refused)


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found."""

    id: str
    ref: str
    title: str
    creator: str
    date: str
    year: int | None
    fonds: str
    score: float
    snippet: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found: the exact total and one page of hits. `notes` say what could not be understood."""

    total: int
    seconds: float
    hits: tuple[Hit, ...]
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)


class Opener(Protocol):
    """Opens the bytes of a file in the store."""

    def __call__(self) -> BinaryIO:
        """Open it for reading from the start."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file of a record. Sizes are bytes, digests lower-case hexadecimal."""

    id: str
    name: str
    size: int
    format: str
    puid: str
    mime: str
    sha512: str
    sha256: str
    sm3: str
    draft_state: str
    _open: Opener = field(repr=False, compare=False)

    def open(self) -> BinaryIO:
        """Open the bytes as they came; close what is returned."""
        return self._open()

    def read(self) -> bytes:
        """Return all bytes."""
        with self._open() as stream:
            return stream.read()

    def save(self, path: Path | str) -> Path:
        """Write the bytes to a new file and return its path; one that exists is not overwritten."""
        target = Path(path)
        if target.is_dir():
            target = target / self.name
        with self._open() as source, target.open("xb") as file:
            while piece := source.read(1 << 20):
                file.write(piece)
        return target


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a record, from the audit log."""

    at: datetime
    event: str
    actor: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Version:
    """A description as it was from one moment on. `changed` names the elements that differ from the one before."""

    version: int
    at: datetime
    by: str
    reason: str
    changed: tuple[str, ...]
    elements: Mapping[str, str]
    extra: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One record whole: its description, its files, its life."""

    id: str
    ref: str
    title: str
    fonds: str
    fonds_name: str
    transfer: str
    openness: str
    secrecy: str
    version: int
    elements: Mapping[str, str]
    extra: Mapping[str, str]
    files: tuple[RecordFile, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A record a batch change leaves out: element ("" for the record as a whole) and reason of each fault."""

    ref: str
    faults: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """How many records a batch change means, and what becomes of the first `looked_at`: code, before, after."""

    total: int
    looked_at: int
    changed: int
    same: int
    faulty: int
    lines: tuple[tuple[str, str, str], ...]
    refused: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class BatchChange:
    """What became of a batch change. `faulty` could not take the value, `left` others had changed meanwhile."""

    number: str
    state: str
    sentence: str
    reason: str
    chosen: int
    changed: int
    faulty: int
    left: int
    left_out: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Authority:
    """A person, body, place or subject (`kind`) under its right name; `merged_into` is an id, "" if it stands alone."""

    id: str
    kind: str
    name: str
    variants: tuple[str, ...]
    dates: str
    note: str
    revision: int
    merged_into: str


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing wrong in the store, by the reference code of its record where there is one."""

    ref: str | None
    path: str
    problem: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification of the whole archive found."""

    objects: int
    files: int
    bytes: int
    damaged: tuple[Damage, ...]
    audit_entries: int
    audit_intact: bool
    seconds: float

    @property
    def intact(self) -> bool:
        """Tell whether nothing at all is wrong."""
        return not self.damaged and self.audit_intact


@dataclass(frozen=True, slots=True)
class Export:
    """What an export wrote."""

    form: str
    target: Path
    items: int
    files: int
    bytes: int
