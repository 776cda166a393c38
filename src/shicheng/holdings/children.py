"""Children that draw: started afresh for each piece of work, limited in time and memory, ended when nobody waits."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import shicheng
from shicheng.holdings.drawing import COULD_NOT
from shicheng.holdings.errors import CannotShow
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

_LOOK = 0.5  # seconds between two looks whether somebody still wants the result
_CAP = 64 << 10  # characters of a program's complaints that are kept
# Only what programs need of the surroundings: no settings, no keys.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "OPENBLAS_CORETYPE", "FONTCONFIG_PATH", "FONTCONFIG_FILE")


def draw(task: dict[str, Any], name: str, *, seconds: float, watch: Callable[[], None] | None = None) -> None:
    """Let a child carry `task` out (see `drawing`) on the file called `name`; raises `CannotShow`."""
    done, said = _run("shicheng.holdings.drawing", task, name, seconds=seconds, watch=watch)
    if done == 0:
        return
    if done == COULD_NOT:
        told = json.loads(said)
        raise CannotShow(
            Message.from_json(told["message"]), hint=Message.from_json(told["hint"]) if told["hint"] else download()
        )
    raise CannotShow(_("The file %(name)s can't be shown here.", name=name), hint=download())


def launch(
    command: Sequence[str],
    name: str,
    *,
    seconds: float,
    memory: int,
    most_bytes: int,
    watch: Callable[[], None] | None = None,
) -> str:
    """Run a program of others on the file called `name` and return what it printed.

    Raises `CannotShow` when it takes too long or ends with an error.
    """
    task = {"memory": memory, "seconds": int(seconds) + 1, "bytes": most_bytes, "command": list(command)}
    done, said = _run("shicheng.holdings.launching", task, name, seconds=seconds, watch=watch)
    if done != 0:
        program = Path(command[0]).name
        raise CannotShow(
            _("The program %(program)s could not convert the file %(name)s.", program=program, name=name),
            hint=download(),
        )
    return said


def download() -> Message:
    """What a person can do with a file that is not shown."""
    return _("Download the file and open it with a program of your own.")


def _run(
    module: str, task: dict[str, Any], name: str, *, seconds: float, watch: Callable[[], None] | None
) -> tuple[int, str]:
    environment = {key: value for key, value in os.environ.items() if key in _KEPT}
    environment["PYTHONPATH"] = str(Path(shicheng.__file__).resolve().parent.parent)
    environment["MALLOC_ARENA_MAX"] = "2"  # the limit counts addresses, and each arena reserves many
    with tempfile.TemporaryFile() as out:
        # -P keeps the current folder out of the import path. A fresh child each time: it can't harm the next.
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", module, json.dumps({**task, "parent": os.getpid()})],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL, env=environment, cwd="/", process_group=0,
        )  # fmt: skip
        try:
            code = _wait(child, name, seconds, watch)
        finally:
            _end(child)
        return code, _read(out)


def _wait(child: subprocess.Popen[bytes], name: str, seconds: float, watch: Callable[[], None] | None) -> int:
    until = time.monotonic() + seconds
    while True:
        if watch is not None:
            watch()
        left = until - time.monotonic()
        try:
            return child.wait(max(0.0, left if watch is None else min(left, _LOOK)))
        except subprocess.TimeoutExpired:
            if left <= _LOOK and time.monotonic() >= until:
                raise CannotShow(
                    _("Drawing a page of %(name)s took longer than %(seconds)s seconds.", name=name,
                      seconds=int(seconds)),
                    hint=download(),
                ) from None  # fmt: skip


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, 9)
    child.wait()


def _read(out: IO[bytes]) -> str:
    out.seek(0)
    return out.read(_CAP).decode("utf-8", "replace")
