"""Django's view of this room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Leased jobs and schedules."""

    name = "shicheng.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Say where the jobs of every room are."""
        from shicheng.jobs import registry

        registry.load_later(lambda: autodiscover_modules("work"))
