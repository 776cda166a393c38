"""Which records are given out. A selection is a matter of the search: batch changes use the same."""

from __future__ import annotations

from shicheng.search.selections import MOST_IDS, Selection

__all__ = ["MOST_IDS", "Selection"]
