"""Telling what the columns of a catalogue mean, and how sure that is. No Django here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from shicheng.cataloguing import rules
from shicheng.cataloguing.types import Column
from shicheng.packages.columns import ITEM_COLUMNS
from shicheng.packages.elements import BY_NAME
from shicheng.packages.texts import fold_header

EXACT: Final = 100
DECORATED: Final = 85
SIMILAR: Final = 60
SURE: Final = 80
"""Columns at least so sure are taken without asking; others are proposed and kept as extra columns."""

FALLBACK: Final = "fallback:"
_LONGEST: Final = 200
_MOST: Final = 2000  # columns that are looked at; a sheet formatted to its last column has 16,384


def propose(cells: Sequence[str], saved: Mapping[str, str] | None = None) -> list[Column]:
    """Give each column its element with the confidence; `saved` (header → element or "") goes before all rules.

    Where two columns claim one element the surer one has it, of equals the first.
    """
    kept = {fold_header(header): element for header, element in (saved or {}).items()}
    columns = [_guess(cell, kept) for cell in cells]
    best: dict[str, int] = {}
    for place, column in enumerate(columns):
        if column.element and (
            column.element not in best or column.confidence > columns[best[column.element]].confidence
        ):
            best[column.element] = place
    return [
        column
        if not column.element or best[column.element] == place
        else replace(column, element="", confidence=0, reason="repeated")
        for place, column in enumerate(columns)
    ]


def map_header(cells: Sequence[str], saved: Mapping[str, str] | None = None) -> list[str | None]:
    """Name the columns that are sure: the form in which lists look for their header row.

    In a row with a known title every filled cell counts, for a header of many columns nobody knows is one too.
    """
    if len(cells) > _MOST:
        cells = cells[:_MOST]
    names: list[str | None] = [taken(column) or None for column in propose(cells, saved)]
    if "title" in names:
        names = [name or (f"#{place}" if cells[place].strip() else None) for place, name in enumerate(names)]
    return names


def taken(column: Column) -> str:
    """Return the element a column is imported as, "" if it is kept as an extra one."""
    return column.element if column.confidence >= SURE else ""


def is_element(name: str) -> bool:
    """Tell whether a mapping may name this element."""
    return name == "" or name in BY_NAME or name.removeprefix(FALLBACK) in BY_NAME


def _guess(cell: str, saved: Mapping[str, str]) -> Column:
    header = cell.strip()[:_LONGEST]
    folded = fold_header(header).replace("_", "")
    if fold_header(header) in saved:
        return Column(header, saved[fold_header(header)], EXACT, "saved")
    if not folded:
        return Column(header, "", 0, "none")
    known = _known()
    if folded in known:
        return Column(header, known[folded], EXACT, "exact")
    bare = _undecorated(folded)
    if bare != folded and bare in known:
        return Column(header, known[bare], DECORATED, "decorated")
    similar = [word for word in known if len(word) >= 2 and not word.isascii() and word in folded]
    if similar and len(folded) <= 12:
        return Column(header, known[max(similar, key=len)], SIMILAR, "similar")
    return Column(header, "", 0, "none")


@cache
def _known() -> dict[str, str]:
    words = {header.replace("_", ""): element for header, element in ITEM_COLUMNS.items()}
    data = rules.load("headers")
    for element, headers in data["fallbacks"].items():
        for header in headers:
            words.setdefault(fold_header(header).replace("_", ""), FALLBACK + element)
    for element, headers in data["elements"].items():
        for header in (element, *headers):
            words.setdefault(fold_header(header).replace("_", ""), element)
    return words


def _undecorated(folded: str) -> str:
    data = rules.load("headers")["decorations"]
    known = _known()
    for suffix in data["suffixes"]:
        end = fold_header(suffix)
        if folded.endswith(end) and len(folded) > len(end):
            bare = folded.removesuffix(end)
            if bare in known:
                return bare
    for prefix in data["prefixes"]:
        if folded.startswith(prefix) and folded.removeprefix(prefix) in known:
            return folded.removeprefix(prefix)
    # What stands in brackets is most often an explanation: 日期(年月日), 页数(含附件).
    return folded.partition("(")[0] if folded.partition("(")[0] in known else folded
