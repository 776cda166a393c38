"""The settings this door reads, with what holds where an archive sets nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
    settings = current()
    return Configuration(
        token_rate=settings.api_rate,
        public_rate=settings.api_public_rate,
        paths=tuple(settings.api_paths),
        webhook_hosts=tuple(settings.webhook_hosts),
        webhook_private=settings.webhook_private,
    )
