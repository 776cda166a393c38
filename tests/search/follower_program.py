"""A follower as a program of its own, on the database of the tests."""

from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path


def start(index_path: Path, what: str = "follow") -> subprocess.Popen[bytes]:
    """Start a process that follows the log, or makes the index anew."""
    from django.db import connection

    from shicheng.settings import current

    told = base64.b64encode(pickle.dumps((current(), connection.settings_dict["NAME"], index_path, what))).decode()
    return subprocess.Popen(
        [sys.executable, "-m", "search.follower_program", told],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def main() -> None:
    settings, name, index_path, what = pickle.loads(base64.b64decode(sys.argv[1]))
    import django

    from shicheng.settings import use

    use(settings)
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = name
    if what == "rebuild":
        from shicheng.search.building import rebuild_index

        while True:
            rebuild_index(index_path)
    from shicheng.search.follower import IndexFollower

    with IndexFollower(index_path):
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main()
