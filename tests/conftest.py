"""What every test stands on. The archive of the tests and its database are chosen in `suite_settings`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.fixtures import archive, here, new  # noqa: F401  # fixtures

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real input is not beside this checkout")
    return SHARED_DATA
