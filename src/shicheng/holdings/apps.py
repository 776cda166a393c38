"""Django's view of this room."""

from django.apps import AppConfig


class HoldingsConfig(AppConfig):
    """The records held."""

    name = "shicheng.holdings"
    label = "holdings"

    def ready(self) -> None:
        """Register events and permissions."""
        from shicheng.holdings import events, policies  # noqa: F401  # importing registers them
