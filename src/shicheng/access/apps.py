"""Django's view of this room."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """The public door; has no tables."""

    name = "shicheng.access"
    label = "access"
