"""Django's view of this room."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Requests and decisions."""

    name = "shicheng.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Register events, permissions and jobs."""
        from shicheng.approvals import events, policies, work  # noqa: F401  # importing registers them
