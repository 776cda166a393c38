"""Django's view of this room."""

from django.apps import AppConfig


class PrintingConfig(AppConfig):
    """Printouts; has no tables."""

    name = "shicheng.printing"
    label = "printing"

    def ready(self) -> None:
        """Register events and permissions."""
        from shicheng.printing import events, policies  # noqa: F401  # importing registers them
