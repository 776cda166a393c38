"""Django's view of this room."""

from django.apps import AppConfig


class ChecksConfig(AppConfig):
    """Four-property checks and their reports."""

    name = "shicheng.checks"
    label = "checks"

    def ready(self) -> None:
        """Register events and permissions, and let descriptions be judged by the schemes."""
        from shicheng.checks import events, policies  # noqa: F401  # importing registers them
        from shicheng.checks.describing import SchemeJudge
        from shicheng.holdings.ports import set_judge

        set_judge(SchemeJudge())
