"""Django's view of this room."""

from django.apps import AppConfig


class SchemesConfig(AppConfig):
    """Filing units and their tables."""

    name = "shicheng.schemes"
    label = "schemes"

    def ready(self) -> None:
        """Register events, permissions and what is approved here."""
        from shicheng.schemes import approving, events, field_services, policies  # noqa: F401  # importing registers them
