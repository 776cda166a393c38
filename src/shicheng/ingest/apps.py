"""Django's view of this room."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Transfers in."""

    name = "shicheng.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Register events, permissions and jobs."""
        from shicheng.ingest import events, policies, rechecking, work  # noqa: F401  # importing registers them
