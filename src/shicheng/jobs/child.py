"""The program of a child process: `python -m shicheng.jobs.child FD PARENT`."""

from __future__ import annotations

import os
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from shicheng.kernel.messages import Message
from shicheng.kernel.processes import collect_seldom, die_with_parent


class PipeReporter:
    """Sends progress to the parent and hears its wishes."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._wish = ""

    def report(self, done: int | None, total: int | None, note: Message | None) -> None:
        """Send progress; the parent writes it."""
        from shicheng.jobs.arguments import plain_json

        self._connection.send(("progress", (done, total, plain_json(note.to_json()) if note else None)))

    def wish(self) -> str:
        """Return the parent's latest wish."""
        while self._connection.poll(0):
            said = self._connection.recv()
            if said[0] == "wish":
                self._wish = said[1]
        return self._wish


def main(handle: int, parent: int) -> None:
    """Run bodies until the parent closes its end."""
    die_with_parent(parent)
    for number in (signal.SIGINT, signal.SIGTERM):
        # The parent decides when a body stops. Not SIG_IGN: programs a body starts would inherit that.
        signal.signal(number, lambda *_args: None)
    os.set_inheritable(handle, False)  # noqa: FBT003  # the name of the call says it
    connection: Connection[Any, Any] = Connection(handle)
    try:
        _start(connection.recv())
        collect_seldom()
        _serve(connection)
    except (EOFError, OSError):  # the parent is gone or wants us no longer
        pass


def _start(said: tuple[Any, ...]) -> None:
    _verb, settings, database_name = said
    import django

    from shicheng.settings import use

    use(settings)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shicheng.settings.django")
    django.setup()
    from django.db import connection as database

    database.settings_dict["NAME"] = database_name


def _serve(connection: Connection[Any, Any]) -> None:
    from django.db import close_old_connections, reset_queries

    from shicheng.jobs.outcomes import run_body

    while True:
        said = connection.recv()
        if said[0] != "run":
            continue  # a wish about the task just finished
        close_old_connections()
        reset_queries()
        outcome = run_body(said[1], PipeReporter(connection))
        close_old_connections()
        connection.send(("outcome", outcome))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
