"""An import or an undoing as a program of its own, on the database of the tests, so that it can be killed."""

from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sys
from pathlib import Path


def start(act: str, argument: str) -> subprocess.Popen[bytes]:
    """Start `import PATH` or `undo NUMBER` on the archive and database this process uses."""
    from django.db import connection

    from shicheng.settings import current

    told = base64.b64encode(pickle.dumps((current(), connection.settings_dict["NAME"], act, argument))).decode()
    return subprocess.Popen(
        [sys.executable, "-m", "cataloguing.import_program", told],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def main() -> None:
    settings, name, act, argument = pickle.loads(base64.b64decode(sys.argv[1]))
    import django

    from shicheng.settings import use

    use(settings)
    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = name
    from shicheng.cataloguing import intake
    from shicheng.people.services import operator

    if act == "import":
        intake.import_catalogue(actor=operator("tester"), path=Path(argument), settings=settings)
    else:
        intake.undo_import(actor=operator("tester"), number=argument, reason="storm", settings=settings)


if __name__ == "__main__":
    main()
