"""Django's view of this room."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Glue; has no tables."""

    name = "shicheng.base"
    label = "base"

    def ready(self) -> None:
        """Let messages of the pure rooms speak the language of the request."""
        from django.utils.translation import get_language, gettext

        from shicheng.kernel.messages import set_language, set_translator

        set_translator(gettext)
        set_language(lambda: get_language() or "en")
