"""Django's view of this room."""

from django.apps import AppConfig


class DescribingConfig(AppConfig):
    """Describing many records at once, and the authorities descriptions name."""

    name = "shicheng.describing"
    label = "describing"

    def ready(self) -> None:
        """Register events and permissions, and what documents say of themselves."""
        from shicheng.base.later import later
        from shicheng.holdings.ports import add_adviser, add_pointer
        from shicheng.search.ports import add_variants

        add_adviser(later("shicheng.describing.suggesting", "advise"))
        add_pointer(later("shicheng.describing.names", "pointers"))
        add_variants(later("shicheng.describing.names", "other_names"))
        from shicheng.describing import events, policies  # noqa: F401  # importing registers them
