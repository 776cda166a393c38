"""Catalogues: taking them in, seeing what came of it, taking it back."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import FileResponse, HttpRequest
from ninja import Path as PathValue
from ninja import Query, Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.cataloguing import MappingIn, MappingOut, SuspectOut
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.imports import ColumnOut, ImportOut, ImportPage
from shicheng.api.schemas.transfers import ReasonIn
from shicheng.api.uploads import BODY, FileName, received_body
from shicheng.cataloguing import policies, selectors, services
from shicheng.cataloguing.errors import ImportNotFound
from shicheng.kernel.messages import message as _
from shicheng.settings import current

router = Router(tags=["imports"])
mappings = Router(tags=["imports"])
SourceName = Annotated[str, PathValue(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Start = Annotated[int, Query(ge=0, le=10**6)]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("", response=ImportPage, auth=needs(policies.READ))
def list_imports(
    request: HttpRequest, state: Filter = "", text: Filter = "", cursor: Cursor = "", limit: Limit = 50
) -> ImportPage:
    """Imports, newest first."""
    rows = selectors.imports(actor_of(request), state=state, text=text)
    found, following = page(
        rows, name=f"imports {state} {text}", cursor=cursor, limit=limit, column="number", down=True
    )
    return ImportPage(items=[ImportOut.of(one) for one in found], next=following)


@router.post("", response={202: ImportOut}, auth=needs(policies.READ, policies.IMPORT), openapi_extra=BODY)
def send_catalogue(
    request: HttpRequest, name: FileName, fonds: Filter = "", mapping: Filter = "", sheet: Filter = ""
) -> Any:
    """Send a catalogue (xlsx, csv, tsv, dbf, jsonl); a job takes it in. Sent again, it updates its records.

    `fonds` is the code for rows that name none, `mapping` the saved name its columns are known under,
    `sheet` the one of a workbook (else the one best understood).
    """
    settings = current()
    with received_body(request, name=name, settings=settings) as path:
        made = services.receive_catalogue(
            actor=actor_of(request), path=path, settings=settings, name=name, fonds=fonds, mapping=mapping,
            sheet=sheet,
        )  # fmt: skip
    return Status(202, ImportOut.of(made))


@router.get("/{number}", response=ImportOut, auth=needs(policies.READ))
def show_import(request: HttpRequest, number: str) -> ImportOut:
    """One import with its counts."""
    return ImportOut.of(selectors.catalogue_import(actor_of(request), number))


@router.get("/{number}/columns", response=list[ColumnOut], auth=needs(policies.READ))
def list_columns(request: HttpRequest, number: str) -> list[ColumnOut]:
    """What the columns of an import were taken for."""
    return [ColumnOut.of(one) for one in selectors.columns(actor_of(request), number)]


@router.get("/{number}/suspects", response=list[SuspectOut], auth=needs(policies.READ))
def list_suspects(request: HttpRequest, number: str, start: Start = 0, limit: Limit = 50) -> list[SuspectOut]:
    """Pairs of rows of an import that may be one record, from pair `start` on."""
    rows = selectors.suspects(actor_of(request), number, current(), start=start, limit=limit)
    return [SuspectOut(**row) for row in rows]


@router.get("/{number}/errors", auth=needs(policies.READ), openapi_extra=binary(XLSX))
def fetch_errors(request: HttpRequest, number: str) -> FileResponse:
    """The rejected rows with their reasons as a workbook, to mend and to send again."""
    path = selectors.errors_workbook(actor_of(request), number, current())
    if path is None:
        raise ImportNotFound(
            _("No row of import %(number)s was rejected.", number=number), hint=_("There is nothing to mend.")
        )
    return FileResponse(path.open("rb"), filename=path.name, as_attachment=True, content_type=XLSX)


@router.post("/{number}/undo", response={202: ImportOut}, auth=needs(policies.READ, policies.UNDO))
def undo_import(request: HttpRequest, number: str, body: ReasonIn) -> Any:
    """Take back what an import did, by a job, with a reason."""
    return Status(202, ImportOut.of(services.undo_import(actor=actor_of(request), number=number, reason=body.reason)))


@mappings.get("", response=list[MappingOut], auth=needs(policies.READ))
def list_mappings(request: HttpRequest) -> list[MappingOut]:
    """What the columns of every source mean, as decided once."""
    return [MappingOut.of(one) for one in selectors.mappings(actor_of(request))]


@mappings.put("/{name}", response=MappingOut, auth=needs(policies.READ, policies.MAP))
def save_mapping(request: HttpRequest, name: SourceName, body: MappingIn) -> MappingOut:
    """Decide what the columns of a source mean."""
    return MappingOut.of(services.save_mapping(actor=actor_of(request), name=name, columns=body.columns))
