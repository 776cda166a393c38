"""Letting a child process read a catalogue, so that a hostile or broken one harms nothing else."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any, Final

from shicheng.cataloguing import errors
from shicheng.cataloguing.errors import UnreadableCatalogue
from shicheng.cataloguing.looking import look
from shicheng.cataloguing.preparing import Task, prepare
from shicheng.cataloguing.sharing import end_with_parent
from shicheng.cataloguing.types import Look, Summary
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.processes import collect_seldom

MEMORY: Final = 1200 << 20  # bytes the child may take
_PATIENCE: Final = 1800.0  # seconds without a word


def read_catalogue(task: Task, tell: Callable[[int], None] = lambda rows: None) -> Summary:
    """Read a catalogue in a child process; raises what `preparing.prepare` raises there.

    `tell` is called with the number of rows read now and then and may raise: the child ends then.
    """
    return Summary.from_json(_in_child("prepare", task, tell))


def look_at_catalogue(task: Task, tell: Callable[[int], None] = lambda rows: None) -> Look:
    """Look at a catalogue in a child process, as `looking.look` does; raises what that raises."""
    return Look.from_json(_in_child("look", task, tell))


def _in_child(what: str, task: Task, tell: Callable[[int], None]) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_work, args=(theirs, what, asdict(task)))  # no daemon: it may have a helper
    child.start()
    theirs.close()
    try:
        while True:
            if not ours.poll(_PATIENCE):
                raise _stopped(task)
            try:
                said, value = ours.recv()
            except EOFError:
                raise _stopped(task) from None
            if said == "rows":
                tell(value)
            elif said == "done":
                found: dict[str, Any] = value
                return found
            else:
                raise _error(value)
    finally:
        ours.close()
        child.kill()
        child.join()


def _work(pipe: Connection, what: str, task: dict[str, Any]) -> None:
    end_with_parent()
    collect_seldom()
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    try:
        work = look if what == "look" else prepare
        found = work(Task(**task), lambda rows: pipe.send(("rows", rows)))
        pipe.send(("done", found.to_json()))
    except ShichengError as error:
        hint = error.hint.to_json() if error.hint else None
        pipe.send(("error", {"kind": type(error).__name__, "message": error.message.to_json(), "hint": hint}))
    except MemoryError:
        text = _("Reading the catalogue %(name)s takes more memory than is allowed.", name=task["name"])
        hint_text = _("Divide it into several files.")
        pipe.send(("error", {"kind": "", "message": text.to_json(), "hint": hint_text.to_json()}))


def _error(value: dict[str, Any]) -> ShichengError:
    kind: type[ShichengError] = (
        getattr(errors, value["kind"], UnreadableCatalogue) if value["kind"] else UnreadableCatalogue
    )
    return kind(Message.from_json(value["message"]), hint=Message.from_json(value["hint"]) if value["hint"] else None)


def _stopped(task: Task) -> UnreadableCatalogue:
    return UnreadableCatalogue(
        _("Reading the catalogue %(name)s broke off: the process that read it ended.", name=task.name),
        hint=_("Divide it into several files, or export it again in another form."),
    )
