"""Django's view of this room."""

from django.apps import AppConfig


class CataloguingConfig(AppConfig):
    """Catalogue imports."""

    name = "shicheng.cataloguing"
    label = "cataloguing"

    def ready(self) -> None:
        """Register events and permissions, and tell the holdings where records came through."""
        from shicheng.base.later import later
        from shicheng.holdings.ports import add_origin

        add_origin(later("shicheng.cataloguing.origins", "origin_of_item"))
        from shicheng.cataloguing import events, policies  # noqa: F401  # importing registers them
