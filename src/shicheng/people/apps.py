"""Django's view of this room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Accounts and grants."""

    name = "shicheng.people"
    label = "people"
