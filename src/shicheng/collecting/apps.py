"""Django's view of this room."""

from django.apps import AppConfig


class CollectingConfig(AppConfig):
    """The filing interface for business systems."""

    name = "shicheng.collecting"
    label = "collecting"

    def ready(self) -> None:
        """Register events, permissions and jobs."""
        from shicheng.collecting import events, policies  # noqa: F401  # importing registers them
