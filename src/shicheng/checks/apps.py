"""Django's view of this room."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    """Four-property checks and their reports."""

    name = "shicheng.checks"
    label = "checks"

    def ready(self) -> None:
        """Register events and permissions."""
        from shicheng.checks import events, policies  # noqa: F401  # importing registers them
