"""The settings this door reads, with what holds where an archive sets nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shicheng.settings import current


@dataclass(frozen=True, slots=True)
class Configuration:
    """Rates are requests a minute; `paths` are folders of the server that programs may name."""

    token_rate: int = 600
    public_rate: int = 120
    paths: tuple[Path, ...] = ()
    webhook_hosts: tuple[str, ...] = ()
    webhook_private: bool = False


def configuration() -> Configuration:
    """What holds in this process."""
    settings: Any = current()
    return Configuration(
        token_rate=getattr(settings, "api_rate", 600),
        public_rate=getattr(settings, "api_public_rate", 120),
        paths=tuple(getattr(settings, "api_paths", ())),
        webhook_hosts=tuple(getattr(settings, "webhook_hosts", ())),
        webhook_private=getattr(settings, "webhook_private", False),
    )
