"""Django's view of this room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Exports; has no tables."""

    name = "shicheng.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Register events and permissions."""
        from shicheng.exchange import events, policies  # noqa: F401  # importing registers them
