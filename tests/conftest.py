"""What every test stands on: an archive in a folder of its own and, if asked for, PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

_home = Path(tempfile.mkdtemp(prefix="shicheng-test-"))
for name in [key for key in os.environ if key.startswith("SHICHENG_") and not key.startswith("SHICHENG_TEST_")]:
    del os.environ[name]
(_home / "db").mkdir()

from shicheng import settings as shicheng_settings  # noqa: E402  # after the environment is clean

_overrides = {"language": "en", "workers": 2}
if os.environ.get("SHICHENG_TEST_DATABASE") == "postgresql":
    _overrides["database"] = os.environ.get(
        "SHICHENG_TEST_POSTGRESQL", "postgresql://shicheng:shicheng@127.0.0.1:54329/shicheng"
    )
shicheng_settings.use(shicheng_settings.load(_home, **_overrides))

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real input is not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session", autouse=True)
def _clean_home() -> object:
    import shutil

    yield
    shutil.rmtree(_home, ignore_errors=True)
