"""Following the audit log for those who subscribed to news of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count

from shicheng import __version__
from shicheng.api.addresses import find_target
from shicheng.api.configuration import Configuration
from shicheng.api.errors import WebhookNotAllowed
from shicheng.api.models import Delivery, Subscription
from shicheng.api.sending import SECONDS, Answer, send, sign
from shicheng.api.webhooks import matches
from shicheng.audit import selectors as log
from shicheng.audit import services as audit
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.kernel import clock

FOLLOWER: Final = "webhooks"
# Seconds before each next try; after the last one a delivery is dead and waits for a person.
BACKOFF: Final = (10, 60, 300, 1800, 7200, 21600, 43200, 86400)
_ENTRIES: Final = 1000
_ROUND: Final = 200
_DELIVERED_KEPT: Final = timedelta(days=30)


def follow() -> int:
    """Read the log to its end and note what is to be sent to whom; returns the number of deliveries noted.

    What is noted and how far the log was read are written together, so nothing is skipped and nothing noted twice.
    """
    noted = 0
    while True:
        with atomic():
            position = audit.follower_position(FOLLOWER)
            subscriptions = list(Subscription.objects.all())
            if not subscriptions:
                audit.set_follower_position(FOLLOWER, log.head_position())
                return noted
            entries = log.entries_after(position, _ENTRIES)
            if not entries:
                return noted
            rows = [
                Delivery(subscription=one, position=entry.position, event=entry.event)
                for entry in entries
                for one in subscriptions
                if entry.position > one.since and any(matches(code, entry.event) for code in one.events)
            ]
            Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
            audit.set_follower_position(FOLLOWER, entries[-1].position)
            noted += len(rows)


def deliver_due(
    allowed: Configuration, *, between: Callable[[int], None] = lambda _done: None, seconds: float = SECONDS
) -> int:
    """Send what is due and return how many receivers took theirs; one that failed is left alone for this round."""
    due = Delivery.objects.filter(state="waiting", next_try__lte=clock.now()).select_related("subscription")
    failed: set[Any] = set()
    taken = 0
    for done, row in enumerate(due.order_by("position", "id")[:_ROUND]):
        between(done)
        if row.subscription_id in failed:
            continue
        entry = next(iter(log.entries_after(row.position - 1, 1)))
        answer = _send(row, entry, allowed, seconds)
        _note(row, answer)
        if answer.is_taken:
            taken += 1
        else:
            failed.add(row.subscription_id)
    return taken


def is_wanted() -> bool:
    """Tell whether anyone wants news at all."""
    return Subscription.objects.exists()


def waiting() -> dict[str, int]:
    """Number of deliveries by state."""
    return dict(Delivery.objects.order_by().values_list("state").annotate(Count("pk")))


def forget_delivered() -> int:
    """Delete deliveries that arrived long ago; the log has the news for ever."""
    with atomic():
        return Delivery.objects.filter(state="delivered", delivered__lt=clock.now() - _DELIVERED_KEPT).delete()[0]


def write_news(row: Delivery, entry: Entry) -> bytes:
    """The body of a delivery."""
    news = {
        "delivery": str(row.pk), "position": entry.position, "event": entry.event, "at": entry.at.isoformat(),
        "actor": entry.actor_name, "subject": {"kind": entry.subject_kind, "id": entry.subject_id},
        "details": entry.details, "hash": entry.hash,
    }  # fmt: skip
    return json.dumps(news, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _send(row: Delivery, entry: Entry, allowed: Configuration, seconds: float) -> Answer:
    subscription, body, at = row.subscription, write_news(row, entry), int(time.time())
    try:
        target = find_target(subscription.url, allowed)  # each time anew: names move, and so do settings
    except WebhookNotAllowed as error:
        return Answer(0, str(error.message)[:300])
    signature = sign(subscription.secret, subscription.algorithm, at, body)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"Shicheng/{__version__}",
        "Shicheng-Event": entry.event,
        "Shicheng-Delivery": str(row.pk),
        "Shicheng-Timestamp": str(at),
        "Shicheng-Signature": f"{subscription.algorithm}={signature}",
    }
    return send(target, body, headers, seconds=seconds)


def _note(row: Delivery, answer: Answer) -> None:
    row.attempts += 1
    row.last_answer = answer.words
    if answer.is_taken:
        row.state, row.delivered = "delivered", clock.now()
    elif row.attempts > len(BACKOFF):
        row.state = "dead"
    else:
        row.next_try = clock.now() + timedelta(seconds=BACKOFF[row.attempts - 1])
    fields = {name: getattr(row, name) for name in ("attempts", "last_answer", "state", "delivered", "next_try")}
    with atomic():
        Delivery.objects.filter(pk=row.pk).update(**fields)  # it may have been removed with its subscription
