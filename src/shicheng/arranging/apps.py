"""Django's view of this room."""

from django.apps import AppConfig


class ArrangingConfig(AppConfig):
    """Arranging loose files into items."""

    name = "shicheng.arranging"
    label = "arranging"

    def ready(self) -> None:
        """Register events and permissions, and take what other rooms bring for the pool."""
        from shicheng.arranging import events, policies  # noqa: F401  # importing registers them
        from shicheng.base.later import later
        from shicheng.ingest.pool_watch import register_watch
        from shicheng.ingest.ports import register_pool, register_pool_reader

        register_pool(later("shicheng.arranging.collecting", "add_documents"))
        register_watch(
            later("shicheng.arranging.standing", "standings"), later("shicheng.arranging.standing", "set_aside")
        )
        register_pool_reader(later("shicheng.arranging.documents", "find_documents"))
