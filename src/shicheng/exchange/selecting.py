"""The records of a selection, as the search reads them."""

from __future__ import annotations

from shicheng.search.choosing import Chosen, count

__all__ = ["Chosen", "count"]
