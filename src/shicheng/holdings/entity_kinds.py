"""The vocabulary of business entities: kinds, their attributes, relations. Read from `entity_kinds.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Label:
    """A word in both languages that shows itself in the reader's."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.zh if (get_language() or "").startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class EntityKind:
    """A kind of entity with the labels of its attributes, by name."""

    name: str
    label: Label
    attributes: dict[str, Label]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation, read from the first entity and, back, from the second; `pairs` empty joins any kinds."""

    name: str
    label: Label
    back: Label
    pairs: tuple[tuple[str, str], ...]

    def joins(self, first: str, second: str) -> bool:
        """Tell whether it may stand between entities of these kinds."""
        return not self.pairs or (first, second) in self.pairs


@cache
def kinds() -> dict[str, EntityKind]:
    """Every kind, by name."""
    return {
        name: EntityKind(
            name, Label(one["zh"], one["en"]), {key: Label(*labels) for key, labels in one["attributes"].items()}
        )
        for name, one in _given()["kinds"].items()
    }


@cache
def relations() -> dict[str, Relation]:
    """Every relation, by name."""
    return {
        name: Relation(
            name,
            Label(one["zh"], one["en"]),
            Label(one["back_zh"], one["back_en"]),
            tuple((first, second) for first, second in one["pairs"]),
        )
        for name, one in _given()["relations"].items()
    }


def _given() -> dict[str, Any]:
    return tomllib.loads(resources.files("shicheng.holdings").joinpath("entity_kinds.toml").read_text("utf-8"))
