"""Django's view of this room."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    """Four-property checks and their reports."""

    name = "shicheng.checks"
    label = "checks"

    def ready(self) -> None:
        """Register events and permissions, and let descriptions be judged by the schemes."""
        from shicheng.base.later import later
        from shicheng.checks import events, policies  # noqa: F401  # importing registers them
        from shicheng.holdings.ports import set_judge

        set_judge(later("shicheng.checks.describing", "SchemeJudge"))
