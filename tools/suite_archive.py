"""A pytest plugin for `make test`: chooses the database before pytest-django reads Django's settings.

pytest-django reads them before any conftest.py is loaded, in each process of the suite; so what SHICHENG_TEST_DATABASE
asks for has to be in force by then.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from shicheng import settings

_home = Path(tempfile.mkdtemp(prefix="shicheng-suite-home-"))
(_home / "db").mkdir()
for _name in [key for key in os.environ if key.startswith("SHICHENG_") and not key.startswith("SHICHENG_TEST_")]:
    del os.environ[_name]
_overrides: dict[str, object] = {"language": "en", "workers": 2}
if os.environ.get("SHICHENG_TEST_DATABASE") == "postgresql":
    _overrides["database"] = os.environ["SHICHENG_TEST_POSTGRESQL"]
settings.use(settings.load(_home, **_overrides))


def pytest_report_header() -> str:
    """Say which database the tests use, as Django sees it."""
    from django.conf import settings as django_settings

    return f"database: {django_settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"


def pytest_unconfigure() -> None:
    """Take the folder away again."""
    shutil.rmtree(_home, ignore_errors=True)
