"""Texts in cells of workbooks that no spreadsheet program may run."""

from __future__ import annotations

import re
from typing import Final

LONGEST_CELL: Final = 32_000  # a cell holds 32,767 characters
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")


def guarded(cell: str) -> str:
    """Return the text of a cell so that no program runs it: with an apostrophe before what could be a formula."""
    cell = _ILLEGAL.sub("", cell)[:LONGEST_CELL]
    return f"'{cell}" if cell.startswith(_ACTIVE) else cell


def unguarded(cell: str) -> str:
    """Return the text as it was before `guarded` put an apostrophe to it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_ACTIVE) else cell
