"""Transfers: sending one, seeing how it stands, deciding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from django.http import FileResponse, HttpRequest
from ninja import Query, Router, Status

from shicheng.api import policies as door
from shicheng.api.configuration import configuration
from shicheng.api.cursors import page
from shicheng.api.errors import PathNotAllowed
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.checks import ReportOut
from shicheng.api.schemas.common import Cursor, Filter, Limit
from shicheng.api.schemas.transfers import PathIn, ReasonIn, TransferOut, TransferPage
from shicheng.api.uploads import BODY, FileName, kept_body
from shicheng.checks import policies as report_policies
from shicheng.checks import selectors as checks
from shicheng.checks.errors import UnknownReport
from shicheng.checks.types import Report
from shicheng.ingest import arriving, policies, selectors, services
from shicheng.ingest.models import Transfer
from shicheng.ingest.viewing import open_receipt
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.settings import current

router = Router(tags=["transfers"])
SEND = (policies.READ, policies.RECEIVE, policies.CHECK)


@router.get("", response=TransferPage, auth=needs(policies.READ))
def list_transfers(
    request: HttpRequest, state: Filter = "", text: Filter = "", cursor: Cursor = "", limit: Limit = 50
) -> TransferPage:
    """Transfers, newest first, narrowed to a state or to those with a text in number, name or agency."""
    rows = selectors.transfers(actor_of(request), state=state, text=text)
    found, following = page(
        rows, name=f"transfers {state} {text}", cursor=cursor, limit=limit, column="number", down=True
    )
    return TransferPage(items=[TransferOut.of(one) for one in found], next=following)


@router.post("", response={202: TransferOut}, auth=needs(*SEND), openapi_extra=BODY)
def send_transfer(request: HttpRequest, name: FileName) -> Any:
    """Send a batch as one archive file; a job receives it and has it checked. See /uploads for large ones.

    A batch that was received before is recognised by then: its transfer is withdrawn and names the other in `same_as`.
    """
    return _take_body(request, name)


@router.post("/from-path", response={202: TransferOut}, auth=needs(*SEND, door.TAKE_PATH))
def take_path(request: HttpRequest, body: PathIn) -> Any:
    """Take in a folder or archive file that lies on the server, in one of the folders the settings name."""
    path = Path(body.path).resolve()
    if not any(path.is_relative_to(folder.resolve()) for folder in configuration().paths) or not path.exists():
        raise PathNotAllowed(
            _("%(path)s is not in a folder that programs may take batches from.", path=body.path),
            hint=_("Put the batch into one of the folders of the setting api_paths, or send it as an upload."),
        )
    transfer = arriving.take_path(actor=actor_of(request), path=path, resubmit=body.resubmit)
    return Status(202, TransferOut.of(transfer))


@router.get("/{key}", response=TransferOut, auth=needs(policies.READ))
def show_transfer(request: HttpRequest, key: str) -> TransferOut:
    """One transfer by its number or id."""
    return TransferOut.of(selectors.transfer(actor_of(request), key))


@router.get("/{key}/report", response=ReportOut, auth=needs(policies.READ, report_policies.READ))
def show_transfer_report(request: HttpRequest, key: str) -> ReportOut:
    """The newest check report of a transfer."""
    actor = actor_of(request)
    one = selectors.transfer(actor, key)
    if one.report is None:
        raise UnknownReport(
            _("Transfer %(number)s has not been checked yet.", number=one.number),
            hint=_("Ask again when its state is checked or failed."),
        )
    return ReportOut.of(Report.from_record(checks.report(actor, one.report).record))


@router.post("/{key}/check", response={202: TransferOut}, auth=needs(policies.READ, policies.CHECK))
def check_transfer(request: HttpRequest, key: str) -> Any:
    """Have a transfer checked once more."""
    return _decided(request, key, lambda actor, one: services.start_check(actor=actor, transfer_id=one.pk))


@router.post("/{key}/accept", response={202: TransferOut}, auth=needs(policies.READ, policies.ACCEPT))
def accept_transfer(request: HttpRequest, key: str) -> Any:
    """Accept a sound transfer and have it stored."""
    return _decided(request, key, lambda actor, one: services.accept(actor=actor, transfer_id=one.pk))


@router.post("/{key}/accept-passing", response={202: TransferOut}, auth=needs(policies.READ, policies.ACCEPT))
def accept_passing(request: HttpRequest, key: str, body: ReasonIn) -> Any:
    """Accept the sound items of a transfer with faults; the others are held."""
    return _decided(
        request,
        key,
        lambda actor, one: services.accept_passing(actor=actor, transfer_id=one.pk, reason=body.reason),
    )


@router.post("/{key}/return", response={202: TransferOut}, auth=needs(policies.READ, policies.RETURN))
def return_transfer(request: HttpRequest, key: str, body: ReasonIn) -> Any:
    """Return a transfer to the office with the reasons."""
    return _decided(
        request,
        key,
        lambda actor, one: services.return_transfer(actor=actor, transfer_id=one.pk, reason=body.reason),
    )


@router.post("/{key}/resubmit", response={202: TransferOut}, auth=needs(*SEND), openapi_extra=BODY)
def resubmit_transfer(request: HttpRequest, key: str, name: FileName) -> Any:
    """Send the mended batch, or the part that was held, under the same number."""
    number = selectors.transfer(actor_of(request), key).number
    return _take_body(request, name, resubmit=number)


@router.get("/{key}/receipt", auth=needs(policies.READ), openapi_extra=binary("application/pdf"))
def show_receipt(
    request: HttpRequest,
    key: str,
    attempt: Annotated[int | None, Query(ge=1, le=9999, description="The newest unless named.")] = None,
) -> FileResponse:
    """The receipt of a stored transfer, as PDF."""
    one = selectors.transfer(actor_of(request), key)
    chosen = attempt or one.attempt
    name = f"{one.number}-{chosen}-receipt.pdf"
    return FileResponse(open_receipt(one, chosen, current()), filename=name, content_type="application/pdf")


def _take_body(request: HttpRequest, name: str, *, resubmit: str = "") -> Any:
    with kept_body(request, name=name, settings=current()) as kept:
        transfer = arriving.take_sent(
            actor=actor_of(request), upload_id=kept.upload_id, path=kept.path, size=kept.path.stat().st_size,
            settings=current(), resubmit=resubmit,
        )  # fmt: skip
        kept.is_kept = True
    return Status(202, TransferOut.of(transfer))


def _decided(request: HttpRequest, key: str, decide: Any) -> Any:
    actor: Actor = actor_of(request)
    one: Transfer = selectors.transfer(actor, key)
    return Status(202, TransferOut.of(decide(actor, one)))
