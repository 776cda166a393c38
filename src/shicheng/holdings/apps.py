"""Django's view of this room."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class HoldingsConfig(AppConfig):
    """The records held."""

    name = "shicheng.holdings"
    label = "holdings"

    def ready(self) -> None:
        """Register events and permissions, and have triggers and indexes put in place."""
        from shicheng.holdings import entity_rules, events, policies  # noqa: F401  # importing registers them

        post_migrate.connect(_ensure, sender=self, dispatch_uid="holdings.ensure")


def _ensure(using: str, **_named: Any) -> None:
    from shicheng.holdings import filling, tallies

    tallies.ensure(connections[using])
    filling.make_orders(connections[using])
