"""Django's view of this room."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AuditConfig(AppConfig):
    """The hash-chained log."""

    name = "shicheng.audit"
    label = "audit"

    def ready(self) -> None:
        """Register the events of every room."""
        autodiscover_modules("events")
        from shicheng.audit.services import append
        from shicheng.people import news

        news.listen(append)
