"""Who wants news: making, listing and removing subscriptions, and trying dead deliveries again."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from shicheng.api import events, policies
from shicheng.api.addresses import find_target
from shicheng.api.configuration import Configuration
from shicheng.api.errors import BadWebhook, WebhookMissing
from shicheng.api.models import Delivery, Subscription
from shicheng.api.sending import ALGORITHMS
from shicheng.audit import registry
from shicheng.audit import selectors as log
from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.jobs import services as jobs
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.errors import NotPermitted
from shicheng.people.policies import require, whole_fonds
from shicheng.people.troubles import Trouble, tell_by
from shicheng.people.types import Actor

JOB_KEY: Final = "api:news"


def subscribe(*, actor: Actor, url: str, wanted: Sequence[str], algorithm: str, allowed: Configuration) -> Subscription:
    """Have news of events sent to an address from now on; `wanted` are codes, or beginnings that end in “*”.

    The secret that signs them is in the row that is returned. Raises `BadWebhook`, `WebhookNotAllowed`.
    """
    from shicheng.api.work import send_news

    _require(actor, policies.MANAGE_WEBHOOKS)
    _check_events(wanted)
    if algorithm not in ALGORITHMS:
        raise BadWebhook(
            _("News can't be signed with %(name)s.", name=algorithm),
            hint=_("Use one of: %(known)s.", known=", ".join(ALGORITHMS)),
        )
    find_target(url, allowed)
    with atomic():
        made = Subscription.objects.create(
            url=url, events=sorted(set(wanted)), secret=secrets.token_urlsafe(32), algorithm=algorithm,
            since=log.head_position(), made_by=actor.name[:200], created=clock.now(),
        )  # fmt: skip
        jobs.enqueue(send_news, unique_key=JOB_KEY)
        details = {"url": url, "events": " ".join(made.events)}
        audit.append(actor, events.SUBSCRIBED, ("webhook", made.pk), details)
    return made


def unsubscribe(*, actor: Actor, subscription_id: UUID) -> None:
    """Send no more news to an address; what waits for it is thrown away."""
    _require(actor, policies.MANAGE_WEBHOOKS)
    with atomic():
        row = _found(Subscription.objects.select_for_update().filter(pk=subscription_id).first())
        row.delete()
        audit.append(actor, events.UNSUBSCRIBED, ("webhook", subscription_id), {"url": row.url})


def retry(*, actor: Actor, subscription_id: UUID, delivery_id: UUID) -> Delivery:
    """Send a delivery again that was given up or has not arrived yet, with all its tries."""
    from shicheng.api.work import send_news

    _require(actor, policies.MANAGE_WEBHOOKS)
    with atomic():
        rows = Delivery.objects.select_for_update().filter(pk=delivery_id, subscription_id=subscription_id)
        row = rows.first()
        if row is None:
            raise WebhookMissing(_("There is no such delivery."), hint=_("Look it up in the list of deliveries."))
        if row.state != "delivered":
            row.state, row.attempts, row.next_try = "waiting", 0, clock.now()
            row.save(update_fields=["state", "attempts", "next_try"])
            jobs.enqueue(send_news, unique_key=JOB_KEY)
    return row


def subscriptions(actor: Actor) -> QuerySet[Subscription]:
    """Subscriptions the actor may see."""
    found = Subscription.objects.all()
    return found if whole_fonds(actor, policies.READ_WEBHOOKS) is None else found.none()


def deliveries(actor: Actor, subscription_id: UUID) -> QuerySet[Delivery]:
    """Deliveries of one subscription the actor may see; raises `WebhookMissing`."""
    return _found(subscriptions(actor).filter(pk=subscription_id).first()).deliveries.all()


@tell_by
def given_up(actor: Actor) -> list[Trouble]:
    """Tell those who may see webhooks how much news was given up."""
    dead = Delivery.objects.filter(state="dead", subscription__in=subscriptions(actor)).count()
    if not dead:
        return []
    return [
        Trouble(
            _(
                "News to webhooks that could not be delivered: %(count)s. List it and send it again with the API, "
                "GET /api/v1/webhooks and the deliveries below it.",
                count=dead,
            )
        )
    ]


def _require(actor: Actor, permission: str) -> None:
    require(actor, permission)
    if whole_fonds(actor, permission) is not None:
        raise NotPermitted(
            _("%(name)s may see some fonds only, and news tells of all.", name=actor.name),
            hint=_("Ask an administrator for a token without a limit of fonds."),
        )


def _check_events(wanted: Sequence[str]) -> None:
    known = [one.code for one in registry.all_events()]
    for code in wanted:
        if not any(matches(code, one) for one in known):
            raise BadWebhook(
                _("No event is named %(code)s.", code=code),
                hint=_("Use codes such as %(example)s, or a beginning such as ingest.*", example="ingest.item.stored"),
            )


def matches(wanted: str, code: str) -> bool:
    """Tell whether an event is among those wanted."""
    return code.startswith(wanted[:-1]) if wanted.endswith("*") else code == wanted


def _found(row: Subscription | None) -> Subscription:
    if row is None:
        raise WebhookMissing(_("There is no such webhook."), hint=_("Look it up in the list of webhooks."))
    return row
