"""Django's settings for tests: an archive in a folder of its own, chosen before Django reads anything.

pytest-django reads them before any conftest.py is loaded, once in each process of the suite; so this is where the
folder is made, and where what SHICHENG_TEST_DATABASE asks for comes into force. A child that was told which archive
to use keeps that one.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from shicheng.settings import load, loading, use

_NO_SERVER = "postgresql://shicheng:shicheng@127.0.0.1:54329/shicheng"


def _choose() -> None:
    home = Path(tempfile.mkdtemp(prefix="shicheng-test-"))
    maker = os.getpid()

    @atexit.register
    def take_away() -> None:
        if os.getpid() == maker:
            shutil.rmtree(home, ignore_errors=True)

    for name in [key for key in os.environ if key.startswith("SHICHENG_") and not key.startswith("SHICHENG_TEST_")]:
        del os.environ[name]
    (home / "db").mkdir()
    overrides: dict[str, object] = {"language": "en", "workers": 2}
    if os.environ.get("SHICHENG_TEST_DATABASE") == "postgresql":
        overrides["database"] = os.environ.get("SHICHENG_TEST_POSTGRESQL") or _NO_SERVER
    use(load(home, **overrides))


if loading._current is None:
    _choose()

from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402  # after the archive is chosen

from shicheng.settings.django import *  # noqa: E402, F403  # after the archive is chosen

# Hundreds of accounts are made here, and what makes guessing slow would be most of their time.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1
