"""Acquisitions from society: offers, deeds, what came, papers, costs, donors."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Body, Path, Query, Router, Status

from shicheng.acquiring import counting, deeds, deliveries, donors, offers, papers, policies, selectors
from shicheng.acquiring.errors import BadOffer
from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.openapi import binary
from shicheng.api.schemas.acquiring import (
    AcquisitionOut,
    AcquisitionPage,
    ChangedOfferIn,
    CostIn,
    DeedIn,
    DeliveryOut,
    DonorIn,
    DonorOut,
    IssueIn,
    MoveIn,
    NewOfferIn,
    OpinionIn,
    YearOut,
)
from shicheng.api.schemas.common import NO_NUL, Cursor, Filter, Limit
from shicheng.api.uploads import BODY, FileName, kept_body
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.settings import current

router = Router(tags=["acquisitions"])
donor_router = Router(tags=["acquisitions"])
Number = Annotated[str, Path(min_length=1, max_length=20, pattern=r"^[^\x00-\x1f]+$")]
YearGiven = Annotated[int | None, Query(ge=1000, le=2999)]
_KNOW = (policies.READ, policies.WRITE, policies.READ_DONORS)


@router.get("", response=AcquisitionPage, auth=needs(policies.READ))
def list_acquisitions(
    request: HttpRequest, state: Filter = "", way: Filter = "", year: YearGiven = None, text: Filter = "",
    cursor: Cursor = "", limit: Limit = 50,
) -> AcquisitionPage:  # fmt: skip
    """Acquisitions, newest first; state “open” are all under way, the year is that in which they were noted."""
    actor = actor_of(request)
    rows = selectors.acquisitions(actor, state=state, way=way, year=year, text=text)
    name = f"acquisitions {state} {way} {year} {text}"
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="number", down=True)
    return AcquisitionPage(items=[AcquisitionOut.of(actor, one) for one in found], next=following)


@router.post("", response={201: AcquisitionOut}, auth=needs(*_KNOW))
def note_acquisition(request: HttpRequest, body: NewOfferIn) -> Any:
    """Note an offer of a donor known by number, or of a new one."""
    actor = actor_of(request)
    giver = body.giver.giver() if body.giver is not None else None
    made = offers.note_offer(actor=actor, offered=body.offered(), giver=giver, donor=body.donor)
    return Status(201, AcquisitionOut.of(actor, made))


@router.get("/years", response=list[YearOut], auth=needs(policies.READ))
def count_acquisitions(request: HttpRequest) -> list[YearOut]:
    """What was offered, agreed on, came and was paid, year by year."""
    return [YearOut.of(one) for one in counting.years(actor_of(request))]


@router.get("/{number}", response=AcquisitionOut, auth=needs(policies.READ))
def show_acquisition(request: HttpRequest, number: Number) -> AcquisitionOut:
    """One acquisition with its deed, opinions and papers."""
    return _shown(actor_of(request), number)


@router.put("/{number}", response=AcquisitionOut, auth=needs(policies.READ, policies.WRITE))
def change_acquisition(request: HttpRequest, number: Number, body: Annotated[ChangedOfferIn, Body()]) -> AcquisitionOut:
    """Change what is written of an acquisition; once it was agreed to, only how it is described."""
    actor = actor_of(request)
    offers.change_offer(actor=actor, number=number, offered=body.offered(), revision=body.revision)
    return _shown(actor, number)


@router.post("/{number}/opinions", response=AcquisitionOut, auth=needs(policies.READ, policies.WRITE))
def add_opinion(request: HttpRequest, number: Number, body: Annotated[OpinionIn, Body()]) -> AcquisitionOut:
    """Note what a person says of the value of an offer."""
    actor = actor_of(request)
    offers.add_opinion(
        actor=actor, number=number, person=body.person, verdict=body.verdict, post=body.post, text=body.text,
        on=body.on,
    )  # fmt: skip
    return _shown(actor, number)


@router.post("/{number}/moves", response=AcquisitionOut, auth=needs(policies.READ, policies.WRITE))
def move_acquisition(request: HttpRequest, number: Number, body: Annotated[MoveIn, Body()]) -> AcquisitionOut:
    """Take an acquisition on: close the examination, ask a second person, decline, receive, enter, give back."""
    actor = actor_of(request)
    match body.verb:
        case "examine":
            offers.examine(actor=actor, number=number)
        case "submit":
            offers.submit(actor=actor, number=number)
        case "decline":
            offers.decline(actor=actor, number=number, reason=body.reason)
        case "reopen":
            offers.reopen(actor=actor, number=number)
        case "receive":
            lines = [one.line() for one in body.lines]
            deeds.receive(actor=actor, number=number, lines=lines, on=body.on, received_by=body.received_by)
        case "accession":
            deeds.accession(actor=actor, number=number, note=body.note)
        case "return":
            deeds.give_back(actor=actor, number=number, reason=body.reason, on=body.on)
    return _shown(actor, number)


@router.put("/{number}/deed", response=AcquisitionOut, auth=needs(policies.READ, policies.WRITE))
def put_deed(request: HttpRequest, number: Number, body: Annotated[DeedIn, Body()]) -> AcquisitionOut:
    """Write what two sides agreed on; the first time gives the deed its number."""
    actor = actor_of(request)
    deeds.write_deed(actor=actor, number=number, deed=body.deed(), settings=current())
    return _shown(actor, number)


@router.post("/{number}/costs", response=AcquisitionOut, auth=needs(policies.READ, policies.WRITE))
def add_cost(request: HttpRequest, number: Number, body: Annotated[CostIn, Body()]) -> AcquisitionOut:
    """Note what was paid for an acquisition."""
    actor = actor_of(request)
    deeds.add_cost(actor=actor, number=number, kind=body.kind, amount=body.amount, on=body.on, text=body.text)
    return _shown(actor, number)


@router.post("/{number}/issued", response=AcquisitionOut, auth=needs(*_KNOW))
def issue_paper(request: HttpRequest, number: Number, body: Annotated[IssueIn, Body()]) -> AcquisitionOut:
    """Set the list of what came, a certificate of donation or a letter of thanks as PDF, and keep it."""
    actor = actor_of(request)
    papers.issue_paper(actor=actor, number=number, kind=body.kind, language=body.language, settings=current())
    return _shown(actor, number)


@router.post("/{number}/papers", response=AcquisitionOut, auth=needs(*_KNOW), openapi_extra=BODY)
def keep_acquisition_paper(
    request: HttpRequest, number: Number, name: FileName, kind: Literal["deed", "opinion", "other"] = "deed"
) -> AcquisitionOut:
    """Attach a paper, such as the signed deed, as the body of the request."""
    actor = actor_of(request)
    selectors.acquisition(actor, number)
    with kept_body(request, name=name, settings=current()) as body:
        if body.path.stat().st_size > papers.MOST_BYTES:
            raise BadOffer(
                _("The paper is empty or larger than %(most)s MB.", most=papers.MOST_BYTES >> 20),
                hint=_("Choose another file."),
            )
        content = body.path.read_bytes()
    papers.keep_paper(actor=actor, number=number, kind=kind, name=name, content=content, settings=current())
    return _shown(actor, number)


@router.get(
    "/{number}/papers/{paper_id}", auth=needs(policies.READ, policies.READ_DONORS),
    openapi_extra=binary("application/octet-stream"),
)  # fmt: skip
def fetch_acquisition_paper(request: HttpRequest, number: Number, paper_id: UUID) -> FileResponse:
    """The bytes of a paper; the log tells who fetched it."""
    paper, stream = papers.open_paper(actor=actor_of(request), paper_id=paper_id, settings=current(), number=number)
    return FileResponse(stream, filename=paper.name, as_attachment=True, content_type="application/octet-stream")


@router.post(
    "/{number}/files", response={202: DeliveryOut}, auth=needs(policies.READ, policies.WRITE), openapi_extra=BODY
)
def bring_in_files(
    request: HttpRequest, number: Number, name: FileName, year: YearGiven = None,
    title: Annotated[str, Query(max_length=400, pattern=NO_NUL)] = "",
    unit: Annotated[str, Query(max_length=60, pattern=NO_NUL)] = "",
) -> Any:  # fmt: skip
    """Bring a file, or an archive file of several, into the pool; with a title all of them are one record."""
    actor = actor_of(request)
    selectors.acquisition(actor, number)
    with kept_body(request, name=name, settings=current()) as body:
        made = deliveries.bring_in(
            actor=actor, number=number, upload_id=body.upload_id, path=body.path.parent, year=year, title=title,
            unit=unit,
        )  # fmt: skip
        body.is_kept = True
    told = DeliveryOut(id=made.pk, fonds=made.fonds_code, year=made.year, state=made.state, job=made.job)
    return Status(202, told)


@donor_router.get("", response=list[str], auth=needs(policies.READ, policies.READ_DONORS))
def list_donors(request: HttpRequest, text: Filter = "") -> list[str]:
    """Numbers of donors whose number or name holds a text, the newest first: 200 at most."""
    return list(selectors.donors(actor_of(request), text=text).values_list("number", flat=True)[:200])


@donor_router.get("/{number}", response=DonorOut, auth=needs(policies.READ, policies.READ_DONORS))
def show_donor(request: HttpRequest, number: Number) -> DonorOut:
    """One donor with personal data; the log tells who asked for it."""
    return DonorOut.of(donors.look_at_donor(actor=actor_of(request), number=number))


@donor_router.put("/{number}", response=DonorOut, auth=needs(*_KNOW))
def put_donor(request: HttpRequest, number: Number, body: Annotated[DonorIn, Body()]) -> DonorOut:
    """Change what is written of a donor."""
    made = donors.write_donor(actor=actor_of(request), giver=body.giver(), number=number, revision=body.revision)
    return DonorOut.of(made)


def _shown(actor: Actor, number: str) -> AcquisitionOut:
    return AcquisitionOut.of(actor, selectors.acquisition(actor, number))
