"""Django's view of this room."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """The store's promises, fixity runs and damages."""

    name = "shicheng.storage"
    label = "storage"

    def ready(self) -> None:
        """Register the job that keeps the log in the store."""
        from shicheng.storage import log_keeping  # noqa: F401  # importing registers it
