"""Which meetings and matters leave which papers: rules of `meetings.toml`, in sets by preset."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

GENERAL: Final = "general"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: of a kind of business entity, or of titles a pattern finds a meeting in."""

    name: str
    sets: tuple[str, ...]
    words: tuple[str, ...]
    entity: str = ""
    roles: tuple[str, ...] = ()
    answered: str = ""  # a linked entity of this kind is enough
    marker: str = ""  # what a title must contain, before the pattern is tried
    pattern: re.Pattern[str] | None = None

    @property
    def lacks(self) -> str:
        """The words of the papers that are missing."""
        return "、".join(self.words)

    def is_paper(self, title: str) -> bool:
        """Tell whether a title is that of one of the papers."""
        return any(word in title for word in self.words)

    def meeting_of(self, title: str) -> str:
        """The meeting a title names, "" if none."""
        found = self.pattern.search(title) if self.pattern else None
        return found.group() if found else ""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of the package."""
    given = tomllib.loads(resources.files("shicheng.planning").joinpath("meetings.toml").read_text("utf-8"))
    return tuple(
        Rule(
            one["name"], tuple(one["sets"]), tuple(one["words"]), one.get("entity", ""), tuple(one.get("roles", ())),
            one.get("answered", ""), one.get("marker", ""),
            re.compile(one["pattern"]) if "pattern" in one else None,
        )
        for one in given["rules"]
    )  # fmt: skip


def rule_sets() -> list[str]:
    """Names of the sets of rules."""
    return sorted({name for rule in all_rules() for name in rule.sets})


def rules_for(sets: Iterable[str]) -> list[Rule]:
    """The rules of some sets, or the general ones where none of them has any."""
    wanted = set(sets)
    return [one for one in all_rules() if wanted & set(one.sets)] or [one for one in all_rules() if GENERAL in one.sets]
