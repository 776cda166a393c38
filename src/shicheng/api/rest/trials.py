"""Trials of catalogues: what taking one in would do, before anything is changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.rest.imports import XLSX
from shicheng.api.schemas.cataloguing import DecisionIn, TrialOut, TrialPage
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.imports import ImportOut
from shicheng.api.uploads import BODY, FileName, received_body
from shicheng.cataloguing import policies, trials
from shicheng.cataloguing.errors import TrialNotFound
from shicheng.cataloguing.trying import workbook_of
from shicheng.kernel.messages import message as _
from shicheng.settings import current

router = Router(tags=["imports"])
MAY = (policies.READ, policies.IMPORT)


@router.get("", response=TrialPage, auth=needs(*MAY))
def list_trials(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> TrialPage:
    """Catalogues on trial, newest first; they are forgotten after seven days."""
    rows = policies.visible_trials(actor_of(request))
    found, following = page(rows, name="trials", cursor=cursor, limit=limit, column="made_at", down=True)
    return TrialPage(items=[TrialOut.of(one) for one in found], next=following)


@router.post("", response={202: TrialOut}, auth=needs(*MAY), openapi_extra=BODY)
def try_catalogue(
    request: HttpRequest, name: FileName, fonds: Filter = "", mapping: Filter = "", sheet: Filter = ""
) -> Any:
    """Send a catalogue for a dry run: a job reads it and tells what taking it in would do; nothing is changed."""
    settings = current()
    with received_body(request, name=name, settings=settings) as path:
        made = trials.receive_trial(
            actor=actor_of(request), path=path, settings=settings, name=name, fonds=fonds, mapping=mapping,
            sheet=sheet, at_once=True,
        )  # fmt: skip
    return Status(202, TrialOut.of(made))


@router.get("/{uuid:trial_id}", response=TrialOut, auth=needs(*MAY))
def show_trial(request: HttpRequest, trial_id: UUID) -> TrialOut:
    """One trial: what was seen, and what it would do."""
    return TrialOut.of(trials.find_trial(actor_of(request), trial_id))


@router.post("/{uuid:trial_id}", response={202: TrialOut}, auth=needs(*MAY))
def decide_trial(request: HttpRequest, trial_id: UUID, body: DecisionIn) -> Any:
    """Decide otherwise of columns, fonds, source or sheet, and have it tried again."""
    made = trials.try_catalogue(
        actor=actor_of(request), trial_id=trial_id, columns=body.columns, fonds=body.fonds, mapping=body.mapping,
        sheet=body.sheet,
    )  # fmt: skip
    return Status(202, TrialOut.of(made))


@router.post("/{uuid:trial_id}/start", response={202: ImportOut}, auth=needs(*MAY))
def start_import(request: HttpRequest, trial_id: UUID) -> Any:
    """Take the catalogue in as it was tried, by a job; the trial is forgotten."""
    made = trials.start_import(actor=actor_of(request), trial_id=trial_id, settings=current())
    return Status(202, ImportOut.of(made))


@router.get("/{uuid:trial_id}/errors", auth=needs(*MAY), openapi_extra=binary(XLSX))
def fetch_trial_errors(request: HttpRequest, trial_id: UUID) -> FileResponse:
    """The rows that would be rejected, with their reasons, as a workbook."""
    path = workbook_of(trials.find_trial(actor_of(request), trial_id), current())
    if not path.exists():
        raise TrialNotFound(_("No row of this trial would be rejected, or it is not done yet."))
    return FileResponse(path.open("rb"), filename="errors.xlsx", as_attachment=True, content_type=XLSX)


@router.delete("/{uuid:trial_id}", response={204: None}, auth=needs(*MAY))
def discard_trial(request: HttpRequest, trial_id: UUID) -> Any:
    """Forget a trial and the file sent for it."""
    trials.discard_trial(actor=actor_of(request), trial_id=trial_id, settings=current())
    return Status(204, None)
