"""Shapes of acquisitions from society and their donors."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shicheng.acquiring import aspects, policies
from shicheng.acquiring.counting import Year
from shicheng.acquiring.models import Acquisition, Donor, Paper
from shicheng.acquiring.types import CONTACTS, COUNTED_IN, Deed, Giver, Line, Offered
from shicheng.api.schemas.common import NO_NUL, In, Out
from shicheng.people.types import Actor

Short = Annotated[str, Field(max_length=400, pattern=NO_NUL)]
Long = Annotated[str, Field(max_length=5000, pattern=NO_NUL)]
Money = Annotated[Decimal, Field(ge=0, le=Decimal("999999999999.99"), decimal_places=2, description="In yuan.")]
WayName = Literal["donation", "deposit", "purchase", "copy"]


class DonorIn(In):
    """A donor or holder. What is given replaces what was written."""

    name: Annotated[str, Field(min_length=1, max_length=300, pattern=NO_NUL)]
    kind: Literal["person", "body"] = "person"
    wish: Literal["named", "anonymous"] = "named"
    contacts: Annotated[
        dict[Literal[tuple(CONTACTS)], Annotated[str, Field(max_length=300, pattern=NO_NUL)]],  # type: ignore[valid-type]  # known when this runs
        Field(description="contact_person, phone, email, address, identity."),
    ] = {}
    note: Long = ""
    revision: int | None = None

    def giver(self) -> Giver:
        """The donor as the room writes them."""
        contacts = {str(name): text for name, text in self.contacts.items()}
        return Giver(self.name, self.kind, self.wish, contacts, self.note)


class DonorOut(Out):
    """A donor with personal data; the log tells who asked for it."""

    number: str
    name: str
    kind: str
    wish: str
    contacts: dict[str, str]
    note: str
    authority: UUID | None
    revision: int

    @classmethod
    def of(cls, one: Donor) -> DonorOut:
        """Show a donor."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class OfferIn(In):
    """What is offered."""

    title: Annotated[str, Field(min_length=1, max_length=400, pattern=NO_NUL)]
    way: WayName = "donation"
    fonds: Annotated[str, Field(max_length=40, pattern=NO_NUL)] = ""
    about: Long = ""
    period: Annotated[str, Field(max_length=100, pattern=NO_NUL)] = ""
    quantity: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    counted_in: Literal[("", *COUNTED_IN)] = "件"  # type: ignore[valid-type]  # known when this runs
    condition: Long = ""
    asked_price: Money | None = None
    rights: Long = ""
    provenance: Long = ""
    noted_on: date | None = None

    def offered(self) -> Offered:
        """The offer as the room writes it."""
        return Offered(**{name: getattr(self, name) for name in Offered.__dataclass_fields__})


class NewOfferIn(OfferIn):
    """An offer of a donor: one known by number, or a new one."""

    donor: Annotated[str, Field(max_length=20, pattern=NO_NUL)] = ""
    giver: DonorIn | None = None


class ChangedOfferIn(OfferIn):
    """An offer as it is to be, as it was in a revision."""

    revision: int | None = None


class OpinionIn(In):
    """What a person says of the value of an offer."""

    person: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    verdict: Literal["accept", "doubtful", "refuse"]
    post: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""
    text: Long = ""
    on: date | None = None


class DeedIn(In):
    """What two sides agreed on."""

    signed_on: date | None = None
    terms: Long = ""
    rights: Long = ""
    closed_until: date | None = None
    needs_consent: bool = False
    conditions: Long = ""
    deposit_until: date | None = None
    price: Money | None = None

    def deed(self) -> Deed:
        """The deed as the room writes it."""
        return Deed(**{name: getattr(self, name) for name in Deed.__dataclass_fields__})


class LineIn(In):
    """A line of the list of what came."""

    what: Annotated[str, Field(min_length=1, max_length=400, pattern=NO_NUL)]
    quantity: Annotated[str, Field(max_length=40, pattern=NO_NUL)] = ""
    condition: Short = ""

    def line(self) -> Line:
        """The line as the room writes it."""
        return Line(self.what, self.quantity, self.condition)


class MoveIn(In):
    """What is done next. A reason is needed to decline or return; accession needs a note; receive takes lines."""

    verb: Literal["examine", "submit", "decline", "reopen", "receive", "accession", "return"]
    reason: Long = ""
    note: Annotated[str, Field(max_length=1000, pattern=NO_NUL)] = ""
    on: date | None = None
    received_by: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""
    lines: Annotated[list[LineIn], Field(max_length=500)] = []


class CostIn(In):
    """What was paid."""

    kind: Literal["price", "appraisal", "travel", "copying", "mending", "award", "other"]
    amount: Money
    on: date | None = None
    text: Short = ""


class IssueIn(In):
    """A paper to be set."""

    kind: Literal["receipt", "certificate", "letter"]
    language: Literal["zh-hans", "en"] = "zh-hans"


class PaperOut(Out):
    """A paper of an acquisition; its bytes are given to whoever may know the donor."""

    id: UUID
    kind: str
    number: str
    size: int
    sm3: str
    at: datetime

    @classmethod
    def of(cls, one: Paper) -> PaperOut:
        """Show a paper."""
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class AcquisitionOut(Out):
    """An acquisition. `donor` is the number of its donor, `donor_name` what the caller may read of the name."""

    number: str
    title: str
    way: str
    state: str
    fonds: str
    donor: str
    donor_name: str
    about: str
    period: str
    quantity: int | None
    counted_in: str
    condition: str
    asked_price: str
    noted_on: date
    decline_reason: str
    request: str
    agreed_on: date | None
    deed_number: str
    signed_on: date | None
    terms: str
    rights: str
    closed_until: date | None
    needs_consent: bool
    conditions: str
    deposit_until: date | None
    price: str
    received_on: date | None
    receipt: list[dict[str, str]]
    accessioned_on: date | None
    accession_note: str
    returned_on: date | None
    return_reason: str
    numbers: dict[str, str]
    opinions: list[dict[str, str]]
    papers: list[PaperOut]
    spent: str
    revision: int

    @classmethod
    def of(cls, actor: Actor, one: Acquisition) -> AcquisitionOut:
        """Show an acquisition as far as the caller may see it."""
        worked_out: dict[str, Any] = {
            "fonds": one.fonds_code, "donor": one.donor.number, "donor_name": aspects.donor_name(actor, one),
            "asked_price": _text(one.asked_price), "price": _text(one.price), "rights": one.deed_rights,
            "spent": _text(aspects.spent(actor, one)),
            "opinions": [
                {"person": each.person, "post": each.post, "on": str(each.on), "verdict": each.verdict,
                 "words": each.words}
                for each in one.opinions.all()
            ],
            "papers": [PaperOut.of(paper) for paper in one.papers.all()] if policies.may_know(actor, one) else [],
        }  # fmt: skip
        plain = {name: getattr(one, name) for name in cls.model_fields if name not in worked_out}
        return cls(**plain, **worked_out)


class AcquisitionPage(Out):
    """Acquisitions, page by page."""

    items: list[AcquisitionOut]
    next: str


class YearOut(Out):
    """Acquisitions of a year in numbers; money in yuan, as text."""

    year: int
    noted: int
    agreed: int
    declined: int
    received: int
    accessioned: int
    returned: int
    ways: dict[str, int]
    things: dict[str, int]
    costs: dict[str, str]
    spent: str

    @classmethod
    def of(cls, one: Year) -> YearOut:
        """Show a year."""
        return cls(**one.to_json())


class DeliveryOut(Out):
    """Files on their way into the pool; `job` tells how far they are."""

    id: UUID
    fonds: str
    year: int
    state: str
    job: UUID | None


def _text(amount: object) -> str:
    return "" if amount is None else str(amount)
