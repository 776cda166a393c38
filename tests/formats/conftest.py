"""One child process that looks at files, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from format_samples import Look

from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Inspection


@pytest.fixture(scope="session")
def pool() -> Iterator[InspectionPool]:
    with InspectionPool(workers=1) as pool:
        yield pool


@pytest.fixture
def look(pool: InspectionPool, tmp_path: Path) -> Look:
    """Write bytes under a name and look at them in the child."""

    def write_and_look(name: str, data: bytes) -> Inspection:
        path = tmp_path / name
        path.write_bytes(data)
        return pool.inspect(path)

    return write_and_look
