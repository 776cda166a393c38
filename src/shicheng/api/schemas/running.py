"""Shapes of jobs, of the store's health, of the log and of exports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import NO_NUL, In, Json, Out
from shicheng.audit.models import Entry
from shicheng.exchange.types import Selection
from shicheng.jobs.models import Job
from shicheng.search.types import FACETS
from shicheng.storage.models import FixityRun, FoundDamage


class JobOut(Out):
    """One piece of work, done by the workers."""

    id: UUID
    name: str
    label: str
    state: str
    done: int | None
    total: int | None
    note: str
    result: Any
    error: str
    hint: str
    error_code: str
    by: str
    created: datetime
    started: datetime | None
    finished: datetime | None

    @classmethod
    def of(cls, one: Job) -> JobOut:
        """Show a job."""
        return cls(
            id=one.pk, name=one.name, label=str(one.label), state=one.state, done=one.progress_done,
            total=one.progress_total, note=str(one.note or ""), result=one.result, error=str(one.error or ""),
            hint=str(one.hint or ""), error_code=one.error_code, by=one.actor_name, created=one.created,
            started=one.started, finished=one.finished,
        )  # fmt: skip


class JobPage(Out):
    """One page of jobs, newest first."""

    items: list[JobOut]
    next: str


class EntryOut(Out):
    """One entry of the audit log."""

    position: int
    at: datetime
    event: str
    sentence: str
    actor: str
    subject_kind: str
    subject_id: str
    details: Json
    hash: str

    @classmethod
    def of(cls, one: Entry) -> EntryOut:
        """Show an entry."""
        return cls(
            position=one.position, at=one.at, event=one.event, sentence=str(one.sentence), actor=one.actor_name,
            subject_kind=one.subject_kind, subject_id=one.subject_id, details=one.details, hash=one.hash,
        )  # fmt: skip


class EntryPage(Out):
    """One page of the log, newest first."""

    items: list[EntryOut]
    next: str


class ProofOut(Out):
    """How the verification of the whole chain came out."""

    entries: int
    intact: bool
    first_bad: int | None
    problems: list[str]
    heads_checked: int


class StoreOut(Out):
    """The health of the store."""

    address: str
    objects: int
    files: int
    bytes: int
    verified: int
    new: int
    term_days: int
    damaged: int
    missing: int
    free_bytes: int | None


class DamageOut(Out):
    """One thing wrong in the store that is not mended yet."""

    object: str
    path: str
    problem: str
    found_at: datetime

    @classmethod
    def of(cls, one: FoundDamage) -> DamageOut:
        """Show a damage."""
        return cls(object=one.object_id, path=one.path, problem=one.problem, found_at=one.found_at)


class DamagePage(Out):
    """One page of damages, newest first."""

    items: list[DamageOut]
    next: str


class VerificationOut(Out):
    """One verification that was carried out."""

    id: UUID
    scope: str
    started_at: datetime
    finished_at: datetime
    by: str
    objects: int
    files: int
    bytes: int
    damages: int

    @classmethod
    def of(cls, one: FixityRun) -> VerificationOut:
        """Show a verification."""
        return cls(
            id=one.pk, scope=one.scope, started_at=one.started_at, finished_at=one.finished_at,
            by=one.actor_name, objects=one.objects_seen, files=one.files_seen, bytes=one.bytes_read,
            damages=one.damages,
        )  # fmt: skip


class ExportIn(In):
    """Which records are to be given out, and as what."""

    form: Literal["bagit", "eep", "da93", "csv", "xlsx"]
    query: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = "*"
    filters: Annotated[
        dict[Literal[FACETS], Annotated[str, Field(max_length=200, pattern=NO_NUL)]],  # type: ignore[valid-type]  # the names are known when this runs
        Field(description="Exact values, as the facets of a search give them."),
    ] = {}
    year_from: Annotated[int | None, Field(ge=1, le=9999)] = None
    year_to: Annotated[int | None, Field(ge=1, le=9999)] = None
    columns: Annotated[
        list[Annotated[str, Field(max_length=40, pattern=NO_NUL)]],
        Field(max_length=60, description="Columns of csv and xlsx, such as reference_code, title, date; [] is all."),
    ] = []

    def selection(self) -> Selection:
        """The records meant."""
        filters = {str(name): value for name, value in self.filters.items() if value}
        return Selection(query=self.query, filters=filters, year_from=self.year_from, year_to=self.year_to)


class HealthOut(Out):
    """Whether the archive answers."""

    status: str
    version: str
    archive: str


class MeOut(Out):
    """Who the token makes the caller."""

    kind: str
    name: str
    roles: list[str]
    fonds: list[str] | None
    permissions: list[str]
