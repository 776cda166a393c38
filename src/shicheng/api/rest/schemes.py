"""Filing units and their tables: reading them, writing drafts, submitting."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Body, Path, Query, Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.schemes import (
    BeginIn,
    FilingTableOut,
    NoteIn,
    PresetOut,
    RequestOut,
    RowOut,
    TableIn,
    TermsIn,
    UnitIn,
    UnitOut,
    UnitPage,
    VersionOut,
)
from shicheng.schemes import policies, preset_files, selectors, services
from shicheng.schemes.errors import ScheduleNotFound
from shicheng.schemes.units import write_unit

router = Router(tags=["schemes"])
Code = Annotated[str, Path(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
Number = Annotated[int, Path(ge=1, le=10**6)]
On = Annotated[date | None, Query(description="Day, today if none is given.")]


@router.get("/units", response=UnitPage, auth=needs(policies.READ))
def list_units(request: HttpRequest, fonds: Filter = "", cursor: Cursor = "", limit: Limit = 50) -> UnitPage:
    """Filing units, by code."""
    rows = selectors.units(actor_of(request), fonds=fonds)
    found, following = page(rows, name=f"units {fonds}", cursor=cursor, limit=limit, column="code", down=False)
    return UnitPage(items=[UnitOut.of(one) for one in found], next=following)


@router.get("/units/{code}", response=UnitOut, auth=needs(policies.READ))
def show_unit(request: HttpRequest, code: Code) -> UnitOut:
    """One filing unit."""
    return UnitOut.of(selectors.unit(actor_of(request), code))


@router.put("/units/{code}", response=UnitOut, auth=needs(policies.READ, policies.WRITE))
def put_unit(request: HttpRequest, code: Code, body: Annotated[UnitIn, Body()]) -> UnitOut:
    """Write a unit down, or change what is written of it; its code stays for ever."""
    made = write_unit(
        actor=actor_of(request), code=code, name=body.name, fonds_code=body.fonds,
        contacts=[one.model_dump() for one in body.contacts], systems=[one.model_dump() for one in body.systems],
        note=body.note,
    )  # fmt: skip
    return UnitOut.of(made)


@router.get("/units/{code}/tables", response=list[VersionOut], auth=needs(policies.READ))
def list_filing_tables(request: HttpRequest, code: Code) -> list[VersionOut]:
    """The versions of a unit's table, newest first."""
    actor = actor_of(request)
    selectors.unit(actor, code)
    return [VersionOut.of(one) for one in selectors.schedules(actor, code)]


@router.post("/units/{code}/tables", response={201: VersionOut}, auth=needs(policies.READ, policies.DRAFT))
def begin_filing_table(request: HttpRequest, code: Code, body: Annotated[BeginIn, Body()]) -> Status[VersionOut]:
    """Begin the next version of a unit's table as a draft."""
    made = services.begin_draft(actor=actor_of(request), unit=code, preset_name=body.preset, from_version=body.version)
    return Status(201, VersionOut.of(made))


@router.get("/units/{code}/tables/{version}", response=FilingTableOut, auth=needs(policies.READ))
def show_filing_table(request: HttpRequest, code: Code, version: Number) -> FilingTableOut:
    """One version with its classes and rows, and what is wrong in it while it is not approved."""
    return FilingTableOut.whole(selectors.schedule(actor_of(request), code, version))


@router.put("/units/{code}/draft", response=FilingTableOut, auth=needs(policies.READ, policies.DRAFT))
def put_filing_table(request: HttpRequest, code: Code, body: Annotated[TableIn, Body()]) -> FilingTableOut:
    """Let the draft say what this table says, all of it; begins a draft where there is none. Twice is once."""
    actor, table = actor_of(request), body.draft()
    selectors.unit(actor, code)
    try:
        made = services.replace_draft(actor=actor, unit=code, table=table, revision=body.revision)
    except ScheduleNotFound:
        made = services.begin_draft(actor=actor, unit=code, table=table)
    return FilingTableOut.whole(made)


@router.put("/units/{code}/draft/terms", response=VersionOut, auth=needs(policies.READ, policies.DRAFT))
def put_filing_terms(request: HttpRequest, code: Code, body: Annotated[TermsIn, Body()]) -> VersionOut:
    """Say from when, and perhaps until when, the draft is to be in force."""
    made = services.set_terms(
        actor=actor_of(request), unit=code, first=body.first, last=body.last, revision=body.revision
    )
    return VersionOut.of(made)


@router.post("/units/{code}/draft/submit", response={201: RequestOut}, auth=needs(policies.READ, policies.DRAFT))
def submit_filing_table(request: HttpRequest, code: Code, body: Annotated[NoteIn, Body()]) -> Status[RequestOut]:
    """Ask for approval of the draft; 422 with what is wrong in it while it has faults."""
    return Status(201, RequestOut.of(services.submit_schedule(actor=actor_of(request), unit=code, note=body.note)))


@router.get("/rows", response=list[RowOut], auth=needs(policies.READ))
def list_filing_rows(request: HttpRequest, unit: Filter = "", fonds: Filter = "", on: On = None) -> list[RowOut]:
    """The rows in force on a day for a unit, or for all units of a fonds."""
    found = selectors.filing_rows(actor_of(request), unit=unit, fonds=fonds, on=on)
    return [RowOut.of(one, one.schedule.unit.code, one.schedule.version) for one in found]


@router.get("/rows/{row_id}", response=RowOut, auth=needs(policies.READ))
def show_filing_row(request: HttpRequest, row_id: UUID) -> RowOut:
    """The row that judged a record, in the version it stands in."""
    found = selectors.require_row(actor_of(request), row_id)
    return RowOut.of(found, found.schedule.unit.code, found.schedule.version)


@router.get("/presets", response=list[PresetOut], auth=needs(policies.READ))
def list_presets(request: HttpRequest) -> list[PresetOut]:
    """Tables to begin from, and how far each can be relied on."""
    return [PresetOut.of(one) for one in preset_files.presets()]
