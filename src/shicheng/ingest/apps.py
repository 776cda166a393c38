"""Django's view of this room."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Transfers in."""

    name = "shicheng.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Register events and permissions, and tell the holdings where items came through."""
        from shicheng.base.later import later
        from shicheng.holdings.ports import add_origin
        from shicheng.ingest import events, policies  # noqa: F401  # importing registers them

        add_origin(later("shicheng.ingest.origins", "origin_of_item"))
