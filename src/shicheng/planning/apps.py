"""Django's view of this room."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """What should have been filed by now, and plans of accessions."""

    name = "shicheng.planning"
    label = "planning"

    def ready(self) -> None:
        """Register events, permissions, what is approved here, and what waits for a person."""
        from shicheng.planning import approving, events, policies, reminding  # noqa: F401  # importing registers them
