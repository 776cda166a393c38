"""Django's view of this room."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Requests and decisions."""

    name = "shicheng.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Register events and permissions."""
        from shicheng.approvals import events, policies  # noqa: F401  # importing registers them
