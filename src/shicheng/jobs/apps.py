"""Django's view of this room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Leased jobs and schedules."""

    name = "shicheng.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Register the jobs of every room."""
        autodiscover_modules("work")
