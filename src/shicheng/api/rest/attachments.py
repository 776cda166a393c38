"""Files attached to records that came by catalogue, by the codes in their paths or by a pattern."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Router, Status

from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.cataloguing import AttachmentOut, AttachmentPage, PatternIn
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.uploads import BODY, FileName, received_body
from shicheng.cataloguing import attachments, policies
from shicheng.cataloguing.errors import AttachmentNotFound
from shicheng.kernel.messages import message as _
from shicheng.settings import current

router = Router(tags=["imports"])
MAY = (policies.READ, policies.ATTACH)


@router.get("", response=AttachmentPage, auth=needs(*MAY))
def list_attachments(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> AttachmentPage:
    """Files that were sent to be attached, newest first."""
    rows = policies.visible_attachments(actor_of(request))
    found, following = page(rows, name="attachments", cursor=cursor, limit=limit, column="made_at", down=True)
    return AttachmentPage(items=[AttachmentOut.of(one) for one in found], next=following)


@router.post("", response={202: AttachmentOut}, auth=needs(*MAY), openapi_extra=BODY)
def send_files(request: HttpRequest, name: FileName, pattern: Filter = "", fonds: Filter = "") -> Any:
    """Send a zip or tar of files; a job tells which would go to which record. Attached is only what is told to be.

    Without a pattern a file's own name or the nearest folder above it is the reference code; else for example
    `{reference_code}/*` or `{fonds_code}/{year}/{item_number}.pdf`.
    """
    settings = current()
    with received_body(request, name=name, settings=settings) as path:
        made = attachments.receive_files(
            actor=actor_of(request), path=path, settings=settings, name=name, pattern=pattern, fonds=fonds
        )
    return Status(202, AttachmentOut.of(made))


@router.get("/{uuid:attachment_id}", response=AttachmentOut, auth=needs(*MAY))
def show_attachment(request: HttpRequest, attachment_id: UUID) -> AttachmentOut:
    """What matched, what did not; at most a thousand of each kind, the report has all."""
    return AttachmentOut.of(attachments.find_attachment(actor_of(request), attachment_id))


@router.post("/{uuid:attachment_id}", response={202: AttachmentOut}, auth=needs(*MAY))
def match_again(request: HttpRequest, attachment_id: UUID, body: PatternIn) -> Any:
    """Match by another pattern or in another fonds; nothing is attached yet."""
    made = attachments.try_again(
        actor=actor_of(request), attachment_id=attachment_id, pattern=body.pattern, fonds=body.fonds
    )
    return Status(202, AttachmentOut.of(made))


@router.post("/{uuid:attachment_id}/attach", response={202: AttachmentOut}, auth=needs(*MAY))
def attach_files(request: HttpRequest, attachment_id: UUID) -> Any:
    """Attach the files as they were told to match, by a job. This is final."""
    return Status(202, AttachmentOut.of(attachments.attach_now(actor=actor_of(request), attachment_id=attachment_id)))


@router.get("/{uuid:attachment_id}/report", auth=needs(*MAY), openapi_extra=binary("text/csv"))
def fetch_attachment_report(request: HttpRequest, attachment_id: UUID) -> FileResponse:
    """Every file with what became of it, as csv."""
    one = attachments.find_attachment(actor_of(request), attachment_id)
    path = Path(one.result["report"]) if one.result else None
    if path is None or not path.exists():
        raise AttachmentNotFound(_("There is no report of these files yet, or no longer."))
    return FileResponse(path.open("rb"), filename="report.csv", as_attachment=True, content_type="text/csv")
