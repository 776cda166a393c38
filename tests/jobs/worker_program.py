"""A worker as a program of its own, on the database of the tests."""

from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys


def start(**options: float) -> subprocess.Popen[bytes]:
    """Start a worker on the database this process uses."""
    from django.db import connection

    from shicheng.settings import current

    told = base64.b64encode(pickle.dumps((current(), connection.settings_dict["NAME"], options))).decode()
    return subprocess.Popen(
        [sys.executable, "-m", "jobs.worker_program", told],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def main() -> None:
    settings, name, options = pickle.loads(base64.b64decode(sys.argv[1]))
    import django

    from shicheng.settings import use

    use(settings)
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = name
    import jobs.job_bodies  # noqa: F401  # registers the jobs
    from shicheng.jobs.worker import Worker

    Worker(**{"poll": 0.05, "schedules": False, **options}).run_forever()


if __name__ == "__main__":
    main()
