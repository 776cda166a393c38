"""What the front page of the portal shows."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from shicheng.holdings import selectors as holdings
from shicheng.people.types import Actor
from shicheng.search.services import find
from shicheng.settings import Settings

NEWEST = 5
_KEPT_SECONDS = 300
# Words people come with; only those that find something here are offered.
_EXAMPLES = (
    "婚姻登记", "招工", "学籍", "土地承包", "退役军人", "知青", "条例", "会议纪要",
    "代表建议", "工作报告", "决定", "通知", "新闻",
)  # fmt: skip
_OFFERED = 6


def view_front(actor: Actor, settings: Settings) -> dict[str, Any]:
    """Opened fonds with their numbers, example queries that find something, and the newest records."""
    fonds = holdings.branches(actor, {})
    return {
        "fonds": fonds,
        "total": sum(branch.count for branch in fonds),
        "examples": _examples(actor, settings) if fonds else [],
        "newest": holdings.items(actor).order_by("-registered", "code_sort")[:NEWEST],
    }


def _examples(actor: Actor, settings: Settings) -> list[str]:
    key = f"access.examples.{settings.home}"
    kept: list[str] | None = cache.get(key)
    if kept is None:
        kept = []
        for word in _EXAMPLES:
            if find(actor, word, index_path=settings.index_path, limit=0).total:
                kept.append(word)
            if len(kept) == _OFFERED:
                break
        cache.set(key, kept, _KEPT_SECONDS)
    return kept
