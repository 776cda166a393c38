"""Django's view of this room."""

from django.apps import AppConfig


class CataloguingConfig(AppConfig):
    """Catalogue imports."""

    name = "shicheng.cataloguing"
    label = "cataloguing"

    def ready(self) -> None:
        """Register events, permissions and jobs, and tell the holdings where records came through."""
        from shicheng.cataloguing.origins import origin_of_item
        from shicheng.holdings.ports import add_origin

        add_origin(origin_of_item)
        from shicheng.cataloguing import events, policies, work  # noqa: F401  # importing registers them
