"""Numbering, filing and renumbering as programs of their own, on the database of the tests, that kill themselves."""

from __future__ import annotations

import base64
import os
import pickle
import signal
import subprocess
import sys
from typing import Any


def run(moment: str, *given: Any) -> int:
    """Act in another process that ends at that moment; returns its exit code."""
    from django.db import connection

    from shicheng.settings import current

    told = (current(), connection.settings_dict["NAME"], moment, given)
    program = subprocess.run(
        [sys.executable, "-m", "arranging.kill_program", base64.b64encode(pickle.dumps(told)).decode()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, check=False,
    )  # fmt: skip
    return program.returncode


def _end(*_arguments: Any, **_named: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    settings, name, moment, given = pickle.loads(base64.b64decode(sys.argv[1]))
    import django

    from shicheng.settings import use

    use(settings)
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = name
    from shicheng.arranging import filing, numbering
    from shicheng.holdings import renumbering
    from shicheng.jobs.inline import run_waiting
    from shicheng.people.services import operator

    actor = operator("tester")
    match moment:
        case "half_numbered":  # the rows are written and the log is not
            numbering.audit.append = _end  # type: ignore[assignment]
        case "half_written":
            filing._export_item = _end  # type: ignore[assignment]
        case "announced":
            filing.ingest.receive_later = _end  # type: ignore[assignment]
        case "renumbered":  # the first item has its code, and nothing says so
            renumbering.Renumbered.save = _end  # type: ignore[method-assign]
    if moment == "half_numbered":
        fonds, year, mark = given
        numbering.apply(actor=actor, fonds=fonds, year=year, mark=mark)
    else:
        run_waiting()
    _end()


if __name__ == "__main__":
    main()
