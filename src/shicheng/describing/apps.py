"""Django's view of this room."""

from django.apps import AppConfig


class DescribingConfig(AppConfig):
    """Describing many records at once, and the authorities descriptions name."""

    name = "shicheng.describing"
    label = "describing"

    def ready(self) -> None:
        """Register events, permissions and jobs, and what documents say of themselves."""
        from shicheng.describing.suggesting import advise
        from shicheng.holdings.ports import add_adviser

        add_adviser(advise)
        from shicheng.describing import events, policies, work  # noqa: F401  # importing registers them
