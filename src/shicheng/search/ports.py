"""What rooms above give the search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shicheng.people.types import Actor

Variants = Callable[[Actor, Sequence[str]], Mapping[str, tuple[str, ...]]]
"""Gives for those of some words that are names the other names the actor may be told, by word."""

known_variants: list[Variants] = []


def add_variants(variants: Variants) -> None:
    """Let a room tell of other names; called once, when the program starts."""
    known_variants.append(variants)
