"""Child processes as their parent sees them: started anew, never forked, and never outliving it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from multiprocessing.connection import Connection
from socket import socketpair
from typing import Any

from django.db import connection as database

from shicheng.jobs.outcomes import Task
from shicheng.settings import current


class Child:
    """One process that runs bodies, one at a time, for as long as its parent wants it."""

    def __init__(self) -> None:
        ours, theirs = socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "shicheng.jobs.child", str(theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=2,  # a body that prints must not spoil what a command writes
                pass_fds=[theirs.fileno()],
                # A group of its own: Ctrl-C reaches the parent alone, and a kill reaches what a body started.
                process_group=0,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
        self.connection: Connection[Any, Any] = Connection(ours.detach())
        self.task: Task | None = None
        self.runs = 0
        self._wished = ""
        self.cancelled_at: float | None = None
        # The database's name is told apart, since a test runs on another than the settings say.
        self._send(("start", current(), database.settings_dict["NAME"]))

    def run(self, task: Task) -> None:
        """Give the child its next task."""
        self.task, self._wished, self.cancelled_at = task, "", None
        self.runs += 1
        self._send(("run", task))

    def wish(self, wish: str) -> None:
        """Tell the child to stop between two items: "cancel", "hand_back" or "lost"."""
        if self._wished != wish:
            self._wished = wish
            if wish == "cancel":
                self.cancelled_at = time.monotonic()
            self._send(("wish", wish))

    def receive(self) -> tuple[Any, ...] | None:
        """Return the next thing the child said; None if it is dead."""
        try:
            said: tuple[Any, ...] = self.connection.recv()
            return said
        except (EOFError, OSError):
            return None

    def kill(self) -> str:
        """End the child and what it started, at once; return how it ended in words."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            self.process.kill()
        self.connection.close()
        return ending(self.process.wait())

    def bury(self) -> str:
        """Clear away a child that closed its end; return how it ended in words."""
        try:
            code = self.process.wait(2)
        except subprocess.TimeoutExpired:
            return self.kill()
        self.kill()  # what it started may still be there
        return ending(code)

    def close(self) -> None:
        """Let an idle child end by itself, else end it."""
        self.connection.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.kill()

    def _send(self, said: tuple[Any, ...]) -> None:
        try:
            self.connection.send(said)
        except OSError:
            pass  # it is dead; receive() will tell


def ending(code: int) -> str:
    """Say how a process ended."""
    if code < 0:
        try:
            return f"signal {signal.Signals(-code).name}"
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"
