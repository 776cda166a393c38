"""A very large batch is checked whole, without an archive and without a database.

`HUGE_BATCH=100000` makes it as large as offices hand over at most; that takes two minutes.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.test_bad_input import errors
from ingest.archives import Archive, text_batch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


ITEMS = int(os.environ.get("HUGE_BATCH") or 24_000)


def test_batch_of_very_many_items(tmp_path: Path) -> None:
    batch = text_batch(ITEMS)
    batch.list_format = "csv"
    found = Archive(tmp_path / "none").ask("check", batch.write(tmp_path / "batch"), code=None, timeout=500)
    assert (found["items"], found["files"]) == (ITEMS, len(batch.files()))
    assert errors(found) == []
