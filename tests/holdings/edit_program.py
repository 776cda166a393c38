"""An edit as a program of its own, on the database of the tests, that kills itself at a moment named to it."""

from __future__ import annotations

import base64
import os
import pickle
import signal
import subprocess
import sys
from typing import Any
from uuid import UUID

MOMENTS = ("begun", "half_stored", "stored", "in_rows")


def run(moment: str, item_id: UUID, title: str) -> int:
    """Edit the title of an item in another process that ends at that moment; returns its exit code."""
    from django.db import connection

    from shicheng.settings import current

    told = (current(), connection.settings_dict["NAME"], moment, item_id, title)
    program = subprocess.run(
        [sys.executable, "-m", "holdings.edit_program", base64.b64encode(pickle.dumps(told)).decode()],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, check=False,
    )  # fmt: skip
    return program.returncode


def _end(*_arguments: Any, **_named: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    settings, name, moment, item_id, title = pickle.loads(base64.b64decode(sys.argv[1]))
    import django

    from shicheng.settings import use

    use(settings)
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = name
    from shicheng.holdings import editing
    from shicheng.people.services import operator
    from shicheng.storage.ocfl.writing import BatchWriter

    match moment:
        case "begun":
            editing._store = _end
        case "half_stored":
            BatchWriter._place = _end  # type: ignore[assignment,method-assign]
        case "stored":
            editing._commit = _end  # type: ignore[assignment]
        case "in_rows":
            editing.audit.append = _end  # type: ignore[assignment]
    editing.edit_item(
        actor=operator("tester"),
        item_id=item_id,
        changes={"title": title},
        version=1,
        reason="storm",
        settings=settings,
    )
    _end()


if __name__ == "__main__":
    main()
