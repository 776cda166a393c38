"""Django's view of this room."""

from django.apps import AppConfig


class CataloguingConfig(AppConfig):
    """Catalogue imports."""

    name = "shicheng.cataloguing"
    label = "cataloguing"

    def ready(self) -> None:
        """Register events, permissions and jobs."""
        from shicheng.cataloguing import events, policies, work  # noqa: F401  # importing registers them
