"""Answers kept for idempotency keys; subscriptions to news and their deliveries."""

from __future__ import annotations

from django.db import models

from shicheng.kernel import clock
from shicheng.kernel.identifiers import new_id


class KeptAnswer(models.Model):
    """The answer to a request with an idempotency key; `status` is empty while the request is carried out."""

    who = models.CharField(max_length=60)  # id of the token
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64, blank=True)  # SHA-256 over method, address and body
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    alive = models.DateTimeField(default=clock.now, db_index=True)  # begun, or last sign of a running upload

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "key"], name="api_key_once")]

    def __str__(self) -> str:
        return f"{self.who} {self.key}"


class Subscription(models.Model):
    """An address that news of some kinds of events is sent to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    url = models.URLField(max_length=1000)
    events = models.JSONField(default=list)  # codes, or beginnings of codes that end in "*"
    secret = models.CharField(max_length=200)
    algorithm = models.CharField(max_length=10, default="sha256")  # of the HMAC: sha256 or sm3
    since = models.BigIntegerField()  # position of the log when it was made; what came before is no news
    made_by = models.CharField(max_length=200)
    created = models.DateTimeField()

    class Meta:
        ordering = ["created", "id"]

    def __str__(self) -> str:
        return self.url


class Delivery(models.Model):
    """One entry of the log on its way to one subscriber."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    position = models.BigIntegerField()  # of the entry in the audit log
    event = models.CharField(max_length=80)
    state = models.CharField(max_length=10, default="waiting")  # waiting, delivered, dead
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(default=clock.now)
    last_answer = models.CharField(max_length=300, blank=True)  # status, or why none came
    delivered = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-position", "id"]
        constraints = [models.UniqueConstraint(fields=["subscription", "position"], name="api_delivery_once")]
        indexes = [models.Index(fields=["state", "next_try"], name="api_delivery_due")]

    def __str__(self) -> str:
        return f"{self.position} {self.state}"
