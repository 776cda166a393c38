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
from shicheng.api.schemas.transfers import PathIn, ReasonIn, ReceivedOut, TransferOut, TransferPage
from shicheng.api.uploads import BODY, FileName, received_body
from shicheng.checks import policies as report_policies
from shicheng.checks import selectors as checks
from shicheng.checks.errors import UnknownReport
from shicheng.checks.types import Report
from shicheng.ingest import policies, selectors, services
from shicheng.ingest.models import Transfer
from shicheng.ingest.receiving import receive_path
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


@router.post("", response={201: ReceivedOut}, auth=needs(*SEND), openapi_extra=BODY)
def send_transfer(request: HttpRequest, name: FileName) -> Any:
    """Send a batch as one archive file and have it checked. A batch that was received before is recognised."""
    with received_body(request, name=name, settings=current()) as path:
        return _take(request, path, resubmit=None)


@router.post("/from-path", response={201: ReceivedOut}, auth=needs(*SEND, door.TAKE_PATH))
def take_path(request: HttpRequest, body: PathIn) -> Any:
    """Take in a folder or archive file that lies on the server, in one of the folders the settings name."""
    path = Path(body.path).resolve()
    if not any(path.is_relative_to(folder.resolve()) for folder in configuration().paths) or not path.exists():
        raise PathNotAllowed(
            _("%(path)s is not in a folder that programs may take batches from.", path=body.path),
            hint=_("Put the batch into one of the folders of the setting api_paths, or send it as an upload."),
        )
    return _take(request, path, resubmit=body.resubmit or None)


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


@router.post("/{key}/resubmit", response={201: ReceivedOut}, auth=needs(*SEND), openapi_extra=BODY)
def resubmit_transfer(request: HttpRequest, key: str, name: FileName) -> Any:
    """Send the mended batch, or the part that was held, under the same number."""
    number = selectors.transfer(actor_of(request), key).number
    with received_body(request, name=name, settings=current()) as path:
        return _take(request, path, resubmit=number)


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


def _take(request: HttpRequest, path: Path, *, resubmit: str | None) -> Any:
    actor = actor_of(request)
    received = receive_path(actor=actor, path=path, settings=current(), resubmit=resubmit)
    one = selectors.transfer(actor, received.transfer_id)
    if not received.known and one.state == "received":
        one = services.start_check(actor=actor, transfer_id=one.pk)
    return Status(201, ReceivedOut(known=received.known, transfer=TransferOut.of(one)))


def _decided(request: HttpRequest, key: str, decide: Any) -> Any:
    actor: Actor = actor_of(request)
    one: Transfer = selectors.transfer(actor, key)
    return Status(202, TransferOut.of(decide(actor, one)))
