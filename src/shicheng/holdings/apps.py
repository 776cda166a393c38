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
        """Register events and permissions, and have the triggers that count items put in place."""
        from shicheng.holdings import entity_rules, events, policies  # noqa: F401  # importing registers them

        post_migrate.connect(_ensure_tallies, sender=self, dispatch_uid="holdings.tallies")


def _ensure_tallies(using: str, **_named: Any) -> None:
    from shicheng.holdings import tallies

    tallies.ensure(connections[using])
