"""Secrecy levels (密级) in their order."""

from __future__ import annotations

from typing import Final

LEVELS: Final = ("public", "restricted", "confidential", "secret", "top_secret")
"""Codes from the lowest to the highest: 公开, 内部, 秘密, 机密, 绝密."""


def levels_up_to(ceiling: str) -> tuple[str, ...]:
    """The levels up to and with `ceiling`; none for a level there is not, so that a slip of the pen opens nothing."""
    return LEVELS[: LEVELS.index(ceiling) + 1] if ceiling in LEVELS else ()


def is_above(level: str, ceiling: str) -> bool:
    """Tell whether a level lies above a ceiling."""
    return level not in levels_up_to(ceiling)
