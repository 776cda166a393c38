"""Django's view of this room."""

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    """Accounts and grants."""

    name = "shicheng.people"
    label = "people"

    def ready(self) -> None:
        """Keep the three administrators apart, whatever migrations did to the table of grants."""
        post_migrate.connect(_keep_apart, sender=self)


def _keep_apart(*, using: str, **_more: object) -> None:
    from shicheng.people.exclusion import ensure

    ensure(connections[using])
