"""Django's view of this room."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding records; its index lies in a folder, its tables hold the searches people keep."""

    name = "shicheng.search"
    label = "search"

    def ready(self) -> None:
        """Register events."""
        from shicheng.search import events  # noqa: F401  # importing registers them
