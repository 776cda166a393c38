"""Django's view of this room."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Finding records; has no tables, its index lies in a folder."""

    name = "shicheng.search"
    label = "search"
