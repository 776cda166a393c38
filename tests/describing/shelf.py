"""Described records as rows alone, quickly made: a description needs no files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shicheng.base.db import atomic
from shicheng.holdings.services import found_fonds, register_items
from shicheng.holdings.types import NewItem
from shicheng.kernel.identifiers import new_id
from shicheng.search.follower import follow_once

if TYPE_CHECKING:
    from ingest.fixtures import Here


def shelve_rows(here: Here, rows: Sequence[dict[str, str]], *, fonds: str = "B012") -> None:
    """Register records with these elements; the index has them when this returns."""
    made = []
    for elements in rows:
        identity = new_id()
        made.append(
            NewItem(
                id=identity, ref=elements["reference_code"], elements=dict(elements), extra={}, process=[],
                transfer="2026-0001", object_id=f"urn:uuid:{identity}", files=(),
            )
        )  # fmt: skip
    with atomic():
        home = found_fonds(actor=here.operator, code=fonds, name=f"{fonds}全宗")
        register_items(actor=here.operator, fonds=home, new_items=made)
    follow_once(here.settings.index_path)
