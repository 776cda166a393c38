"""One typed settings class, read from a TOML file and `SHICHENG_*` variables."""

from shicheng.settings.loading import current, load, use
from shicheng.settings.types import Settings

__all__ = ["Settings", "current", "load", "use"]
