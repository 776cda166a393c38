"""What every test of this room leaves behind as it found it."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _limit_of_cells() -> Iterator[None]:
    """Readers of catalogues widen a limit of their process, which here is everybody's."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)
