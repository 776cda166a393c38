"""Webhooks: news of the audit log, sent to other programs."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from shicheng.api import policies, webhooks
from shicheng.api.configuration import configuration
from shicheng.api.cursors import page
from shicheng.api.guards import actor_of, needs
from shicheng.api.schemas.common import Cursor, Limit
from shicheng.api.schemas.webhooks import DeliveryOut, DeliveryPage, NewWebhookOut, WebhookIn, WebhookOut

router = Router(tags=["webhooks"])


@router.get("", response=list[WebhookOut], auth=needs(policies.READ_WEBHOOKS))
def list_webhooks(request: HttpRequest) -> list[WebhookOut]:
    """Who gets news of what."""
    return [WebhookOut.of(one) for one in webhooks.subscriptions(actor_of(request))]


@router.post("", response={201: NewWebhookOut}, auth=needs(policies.MANAGE_WEBHOOKS))
def make_webhook(request: HttpRequest, body: WebhookIn) -> Any:
    """Have news sent to an address from now on. The answer holds the secret that signs it, this once."""
    made = webhooks.subscribe(
        actor=actor_of(request), url=body.url, wanted=body.events, algorithm=body.algorithm, allowed=configuration()
    )
    return Status(201, NewWebhookOut(**WebhookOut.of(made).model_dump(), secret=made.secret))


@router.delete("/{webhook_id}", response={204: None}, auth=needs(policies.MANAGE_WEBHOOKS))
def remove_webhook(request: HttpRequest, webhook_id: UUID) -> Any:
    """Send no more news to an address."""
    webhooks.unsubscribe(actor=actor_of(request), subscription_id=webhook_id)
    return Status(204, None)


@router.get("/{webhook_id}/deliveries", response=DeliveryPage, auth=needs(policies.READ_WEBHOOKS))
def list_deliveries(
    request: HttpRequest,
    webhook_id: UUID,
    state: Literal["", "waiting", "delivered", "dead"] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> DeliveryPage:
    """News on its way to an address, newest first; the dead ones wait for somebody to try them again."""
    rows = webhooks.deliveries(actor_of(request), webhook_id)
    rows = rows.filter(state=state) if state else rows
    name = f"deliveries {webhook_id} {state}"
    found, following = page(rows, name=name, cursor=cursor, limit=limit, column="position", down=True)
    return DeliveryPage(items=[DeliveryOut.of(one) for one in found], next=following)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/retry",
    response={202: DeliveryOut},
    auth=needs(policies.MANAGE_WEBHOOKS),
)
def retry_delivery(request: HttpRequest, webhook_id: UUID, delivery_id: UUID) -> Any:
    """Send a delivery again, with all its tries."""
    row = webhooks.retry(actor=actor_of(request), subscription_id=webhook_id, delivery_id=delivery_id)
    return Status(202, DeliveryOut.of(row))
