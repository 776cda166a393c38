"""Shapes of subscriptions to news."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shicheng.api.models import Delivery, Subscription
from shicheng.api.schemas.common import In, Out

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z_.]*\*?$")]


class WebhookIn(In):
    """News of which events goes where."""

    url: Annotated[str, Field(min_length=8, max_length=1000, pattern=r"^https?://[!-~]+$")]
    events: Annotated[list[Code], Field(min_length=1, max_length=100)]
    algorithm: Literal["sha256", "sm3"] = "sha256"


class WebhookOut(Out):
    """A subscription, without its secret."""

    id: UUID
    url: str
    events: list[str]
    algorithm: str
    made_by: str
    created: datetime

    @classmethod
    def of(cls, one: Subscription) -> WebhookOut:
        """Show a subscription."""
        return cls(
            id=one.pk, url=one.url, events=one.events, algorithm=one.algorithm, made_by=one.made_by,
            created=one.created,
        )  # fmt: skip


class NewWebhookOut(WebhookOut):
    """A subscription that was just made; the secret is shown this once."""

    secret: str


class DeliveryOut(Out):
    """One piece of news on its way: waiting, delivered, or dead after all its tries."""

    id: UUID
    position: int
    event: str
    state: str
    attempts: int
    next_try: datetime
    last_answer: str
    delivered: datetime | None

    @classmethod
    def of(cls, one: Delivery) -> DeliveryOut:
        """Show a delivery."""
        return cls(
            id=one.pk, position=one.position, event=one.event, state=one.state, attempts=one.attempts,
            next_try=one.next_try, last_answer=one.last_answer, delivered=one.delivered,
        )  # fmt: skip


class DeliveryPage(Out):
    """One page of deliveries, newest first."""

    items: list[DeliveryOut]
    next: str
