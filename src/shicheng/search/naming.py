"""What queries may call the fields archives add to descriptions without code."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from shicheng.schemes.fields import Field, added_everywhere
from shicheng.search.fields import STANDARD, Names, names_with

_SIGNS: Final = frozenset(":：<>=≥≤")


def names_for(queries: Sequence[str]) -> Names:
    """The names these queries may use; the tables of fields are looked at only where a field may be named."""
    if not any(_SIGNS.intersection(query) for query in queries):
        return STANDARD
    return _names(added_everywhere())


def added_names() -> list[tuple[str, str]]:
    """Label and code of each added field, for people who want to know what to ask."""
    return list(dict.fromkeys((one.zh, one.code) for one in added_everywhere()))


@lru_cache(maxsize=16)
def _names(fields: tuple[Field, ...]) -> Names:
    meant: dict[str, dict[str, None]] = {}
    for one in fields:
        for word in (one.zh, one.en, one.code):
            meant.setdefault(word, {})[one.zh] = None
    return names_with({word: tuple(labels) for word, labels in meant.items()})
