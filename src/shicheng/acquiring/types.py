"""Words the room is made of: ways of acquiring, kinds of papers and costs, forms of records, kinds of events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


class Way(StrEnum):
    """How records come from society."""

    DONATION = "donation"
    DEPOSIT = "deposit"
    PURCHASE = "purchase"
    COPY = "copy"


class Wish(StrEnum):
    """Whether a donor may be named."""

    NAMED = "named"
    ANONYMOUS = "anonymous"


WAYS: Final[Mapping[str, Message]] = {
    Way.DONATION: _("Donation"), Way.DEPOSIT: _("Deposit"), Way.PURCHASE: _("Purchase"), Way.COPY: _("Copy"),
}  # fmt: skip
# As they stand on papers and in descriptions, which are Chinese whatever the reader's language.
WAYS_ON_PAPER: Final[Mapping[str, str]] = {
    Way.DONATION: "捐赠", Way.DEPOSIT: "寄存", Way.PURCHASE: "购买", Way.COPY: "复制",
}  # fmt: skip
DEEDS: Final[Mapping[str, Message]] = {
    Way.DONATION: _("Deed of donation"), Way.DEPOSIT: _("Deed of deposit"), Way.PURCHASE: _("Contract of purchase"),
    Way.COPY: _("Agreement on copies"),
}  # fmt: skip
DONOR_KINDS: Final[Mapping[str, Message]] = {"person": _("Person"), "body": _("Body")}
WISHES: Final[Mapping[str, Message]] = {
    Wish.NAMED: _("may be named"), Wish.ANONYMOUS: _("wishes not to be named"),
}  # fmt: skip
CONTACTS: Final[Mapping[str, Message]] = {
    "contact_person": _("Contact person"), "phone": _("Telephone number"), "email": _("E-mail"),
    "address": _("Address"), "identity": _("Identity paper"),
}  # fmt: skip
VERDICTS: Final[Mapping[str, Message]] = {
    "accept": _("worth acquiring"), "doubtful": _("doubtful"), "refuse": _("not worth acquiring"),
}  # fmt: skip
PAPERS: Final[Mapping[str, Message]] = {
    "deed": _("Signed deed"), "receipt": _("List of what came"), "certificate": _("Certificate of donation"),
    "letter": _("Letter of thanks"), "opinion": _("Appraisal report"), "other": _("Another paper"),
}  # fmt: skip
ISSUED: Final = ("receipt", "certificate", "letter")
"""Papers this program sets."""
COSTS: Final[Mapping[str, Message]] = {
    "price": _("Price"), "appraisal": _("Appraisal"), "travel": _("Travel and transport"), "copying": _("Copying"),
    "mending": _("Mending"), "award": _("Award to the donor"), "other": _("Other costs"),
}  # fmt: skip
COUNTED_IN: Final = ("件", "卷", "册", "张", "盒", "盘", "枚", "GB")
FORMS: Final[Mapping[str, Message]] = {
    "text": _("Text"), "photo": _("Photographs"), "video": _("Video"), "audio": _("Sound"),
    "object": _("Objects (things)"), "other": _("Other"),
}  # fmt: skip
EVENT_KINDS: Final[Mapping[str, Message]] = {
    "meeting": _("Important meeting"), "election": _("Election or change of term"), "visit": _("Visit or inspection"),
    "ceremony": _("Celebration or commemoration"), "culture": _("Culture, sport, exhibition"),
    "project": _("Major project"), "emergency": _("Emergency and its handling"), "campaign": _("Special campaign"),
    "other": _("Other"),
}  # fmt: skip
LEVELS: Final[Mapping[str, Message]] = {
    "international": _("international"), "national": _("national"), "province": _("provincial"),
    "city": _("of the city"), "county": _("of the county"), "unit": _("of the unit"),
}  # fmt: skip
ORIGIN: Final = "征集编号"
"""Field beside the elements of a description that names the acquisition an item came by."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What is known of an offer, as a form gives it."""

    title: str
    way: str = Way.DONATION
    fonds: str = ""
    about: str = ""
    period: str = ""
    quantity: int | None = None
    counted_in: str = "件"
    condition: str = ""
    asked_price: Decimal | None = None
    rights: str = ""
    provenance: str = ""
    noted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Giver:
    """A donor or holder, as a form gives them."""

    name: str
    kind: str = "person"
    wish: str = Wish.NAMED
    contacts: Mapping[str, str] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """What two sides agreed on."""

    signed_on: date | None = None
    terms: str = ""
    rights: str = ""
    closed_until: date | None = None
    needs_consent: bool = False
    conditions: str = ""
    deposit_until: date | None = None
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list of what came."""

    what: str
    quantity: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """A major event, as a form gives it."""

    name: str
    fonds: str
    kind: str = "meeting"
    level: str = "county"
    begins: date | None = None
    ends: date | None = None
    place: str = ""
    organiser: str = ""
    taking_part: tuple[str, ...] = ()
    about: str = ""
    words: tuple[str, ...] = ()
    margin: int = 30
    is_auto: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line of a filing plan: what one unit is to file of an event."""

    what: str
    form: str
    fonds: str = ""
    unit: str = ""
    quantity: int = 1
    due: date | None = None
    note: str = ""
