"""Django's view of this room."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Shell, components, static files; has no tables."""

    name = "shicheng.desk"
    label = "desk"
