"""Django's view of this room."""

from django.apps import AppConfig


class StorageConfig(AppConfig):
    """The store's promises, fixity runs and damages."""

    name = "shicheng.storage"
    label = "storage"
