"""Django's view of this room."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The API with its kept answers and webhooks."""

    name = "shicheng.api"
    label = "api"

    def ready(self) -> None:
        """Register events and permissions."""
        from shicheng.api import events, policies  # noqa: F401  # importing registers them
