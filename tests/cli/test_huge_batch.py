"""A batch of a hundred thousand items is checked whole, without an archive and without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.test_bad_input import errors
from ingest.archives import Archive, text_batch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_batch_of_a_hundred_thousand_items(tmp_path: Path) -> None:
    batch = text_batch(100_000)
    batch.list_format = "csv"
    found = Archive(tmp_path / "none").ask("check", batch.write(tmp_path / "batch"), code=None, timeout=500)
    assert (found["items"], found["files"]) == (100_000, 133_333)
    assert errors(found) == []
