"""Django's view of this room."""

from django.apps import AppConfig


class AcquiringConfig(AppConfig):
    """Acquisitions and major events."""

    name = "shicheng.acquiring"
    label = "acquiring"

    def ready(self) -> None:
        """Register events, permissions and what is approved here, and tell the holdings where items come from."""
        from shicheng.acquiring import approving, events, policies  # noqa: F401  # importing registers them
        from shicheng.base.later import later
        from shicheng.holdings.ports import add_belonging, add_origin

        add_origin(later("shicheng.acquiring.origins", "origin_of_item"))
        add_belonging(later("shicheng.acquiring.origins", "belongings_of_item"))
