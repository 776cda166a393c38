"""Django's view of this room."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Transfers in."""

    name = "shicheng.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Register events, permissions and jobs, and tell the holdings where items came through."""
        from shicheng.holdings.ports import add_origin
        from shicheng.ingest import events, policies, rechecking, work  # noqa: F401  # importing registers them
        from shicheng.ingest.origins import origin_of_item

        add_origin(origin_of_item)
