"""Shapes of the filing interface: business systems, receipts, what became of documents, trials and refusals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.schemas.common import In, Json, Out, Reason, Text
from shicheng.collecting.models import Attempt, Push, System
from shicheng.collecting.types import Month, Standing


class KindIn(In):
    """A kind of documents a system sends, and the row of the filing table that takes it; "-" is not filed."""

    name: Text
    row: Text = ""


class ContactIn(In):
    """Somebody to talk to about a system."""

    name: Text = ""
    duty: Text = ""
    phone: Text = ""
    email: Text = ""


class SystemIn(In):
    """A business system as it is written down."""

    name: Text
    unit: Text
    kind: Text = "oa"
    contacts: Annotated[list[ContactIn], Field(max_length=50)] = []
    keeper: Text = ""
    kinds: Annotated[list[KindIn], Field(max_length=50)] = []
    ceiling: Text = ""
    outside: Literal["take", "refuse"] = "take"
    note: Annotated[str, Field(max_length=5000, pattern=r"^[^\x00]*$")] = ""


class SystemOut(Out):
    """A business system; `token_until` is none while it has no token that is good."""

    code: str
    name: str
    kind: str
    unit: str
    fonds: str
    state: str
    contacts: list[dict[str, str]]
    keeper: str
    kinds: list[dict[str, str]]
    ceiling: str
    outside: str
    note: str
    token_until: datetime | None
    last_push: datetime | None
    documents: dict[str, int]

    @classmethod
    def of(cls, one: System, counts: dict[UUID, dict[str, int]], last: dict[UUID, datetime]) -> SystemOut:
        """Show a system with how many of its documents are in which state."""
        token = one.token if one.token is not None and one.token.revoked is None else None
        return cls(
            code=one.code, name=one.name, kind=one.kind, unit=one.unit, fonds=one.fonds_code, state=one.state,
            contacts=one.contacts, keeper=one.keeper, kinds=one.kinds, ceiling=one.ceiling, outside=one.outside,
            note=one.note, token_until=token.expires if token else None, last_push=last.get(one.pk),
            documents=counts.get(one.pk, {}),
        )  # fmt: skip


class MoveIn(In):
    """What is done with a system; to stop it needs a reason."""

    verb: Literal["admit", "try", "stop"]
    reason: Text = ""


class DaysIn(In):
    """How long a token is good; as long as tokens may be unless named."""

    days: Annotated[int | None, Field(ge=1, le=3650)] = None


class SystemTokenOut(Out):
    """The token of a system; `secret` is shown this once."""

    system: str
    secret: str
    expires: datetime


class SignatureOut(Out):
    """An SM2 signature over the canonical JSON of the receipt: names sorted, no spaces, UTF-8."""

    algorithm: str
    key: str
    value: str


class PushedOut(Out):
    """The receipt of a pushed document. The same document sent again gets the same bytes."""

    receipt: Json
    signature: SignatureOut | None


class BecameOut(Out):
    """An item a document became, or became part of; `held_item` is what it is in the holdings."""

    item: UUID
    state: str
    code: str
    held_item: UUID | None
    returned: str


class StandingOut(Out):
    """What became of a document by now."""

    state: Literal[
        "received", "in_pool", "in_item", "came_back", "filing", "filed", "left_out", "returned", "superseded"
    ]
    items: list[BecameOut]
    reason: str

    @classmethod
    def of(cls, one: Standing) -> StandingOut:
        """Show what became of a document."""
        items = [
            BecameOut(item=each.item, state=each.state, code=each.code, held_item=each.held_item,
                      returned=each.returned)
            for each in one.items
        ]  # fmt: skip
        return cls(state=one.state, items=items, reason=one.reason)  # type: ignore[arg-type]  # it is one of them


class ReceiptOut(PushedOut):
    """A receipt and what became of its document; `position` is its place among those of its system."""

    position: int
    standing: StandingOut

    @classmethod
    def of(cls, one: Push, body: Json, standing: Standing) -> ReceiptOut:
        """Show a receipt."""
        signature = SignatureOut(**one.signature) if one.signature else None
        return cls(receipt=body, signature=signature, position=one.position, standing=StandingOut.of(standing))


class ReceiptPage(Out):
    """Receipts in the order of arrival; ask again with `after` set to `last` for those that came since."""

    items: list[ReceiptOut]
    last: int
    more: bool


class MonthOut(Out):
    """What was taken in a month, for reconciling; how `digest` is made stands with the operation."""

    month: str
    documents: int
    files: int
    bytes: int
    digest: str
    states: dict[str, int]

    @classmethod
    def of(cls, one: Month) -> MonthOut:
        """Show a month."""
        return cls(month=one.month, documents=one.documents, files=one.files, bytes=one.bytes, digest=one.digest,
                   states=one.by_state)  # fmt: skip


class FaultOut(Out):
    """One thing that was wrong, by its place in the description."""

    name: str
    pointer: str
    detail: str


class AttemptOut(Out):
    """A push that kept nothing: a trial, or refused."""

    at: datetime
    trial: bool
    refused: bool
    document: str
    revision: int | None
    files: int
    bytes: int
    code: str
    detail: str
    errors: list[FaultOut]

    @classmethod
    def of(cls, one: Attempt, *, contents: bool) -> AttemptOut:
        """Show a trial or refusal; who may not see contents is told where faults were and not what stood there."""
        errors = [
            FaultOut(name=each.name, pointer=each.pointer, detail=str(each.message) if contents else "")
            for each in one.faults
        ]
        return cls(
            at=one.at, trial=one.is_trial, refused=one.is_refused, document=one.document if contents else "",
            revision=one.revision,
            files=one.files_count, bytes=one.bytes, code=one.code, detail=str(one.message or "") if contents else "",
            errors=errors,
        )  # fmt: skip


class ReturnIn(In):
    """Why a document goes back to its system."""

    reason: Reason
