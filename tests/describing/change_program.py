"""A batch change as a program of its own, on the database of the tests, that kills itself at a moment named to it."""

from __future__ import annotations

import base64
import os
import pickle
import signal
import subprocess
import sys
from typing import Any

MOMENTS = ("half_stored", "stored", "half_done")


def run(moment: str) -> int:
    """Work on the batch change that waits, in another process that ends at that moment; returns its exit code."""
    from django.db import connection

    from shicheng.settings import current

    told = (current(), connection.settings_dict["NAME"], moment)
    program = subprocess.run(
        [sys.executable, "-m", "describing.change_program", base64.b64encode(pickle.dumps(told)).decode()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, check=False,
    )  # fmt: skip
    return program.returncode


def _end(*_arguments: Any, **_named: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    settings, name, moment = pickle.loads(base64.b64decode(sys.argv[1]))
    import django

    from shicheng.settings import use

    use(settings)
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = name
    from shicheng.describing import engine
    from shicheng.jobs.inline import run_waiting
    from shicheng.storage.ocfl.writing import BatchWriter

    engine.BATCH = 2  # type: ignore[misc]  # so that few records take several steps
    carry_out, steps = engine.carry_out, iter(range(10))
    match moment:
        case "half_stored":
            BatchWriter._place = _end  # type: ignore[assignment,method-assign]
        case "stored":
            engine.storage.register_objects = _end  # type: ignore[assignment]
        case "half_done":
            engine.carry_out = lambda *told: carry_out(*told) if next(steps) < 2 else _end()
    run_waiting(["describing.change"])
    _end()


if __name__ == "__main__":
    main()
