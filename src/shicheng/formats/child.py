"""The child's side of `pool.InspectionPool`: takes batches of questions, sends one answer a file."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from shicheng.formats.identification import extension_of, identify_many, load
from shicheng.formats.inspection import inspect_file
from shicheng.formats.types import Budget, Identification, Inspection
from shicheng.kernel.messages import message as _
from shicheng.kernel.processes import die_with_parent

_SLACK = 256 << 20
_FILES_A_LIFE = 20_000  # a fresh interpreter now and then gives back what parsers leak


@dataclass(frozen=True, slots=True)
class Setup:
    """What a child is told once."""

    budget: Budget
    want_text: bool


@dataclass(frozen=True, slots=True)
class Hello:
    """The first word of a child: it has started."""


@dataclass(frozen=True, slots=True)
class Question:
    """A file to look at."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The next file's result, in the order asked; None says that the batch is identified.

    `leaving` announces that the child ends after this answer.
    """

    inspection: Inspection | None
    leaving: bool = False


def main(descriptor: int, parent: int) -> None:
    """Serve until the parent closes the pipe or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(parent)
    pipe = Connection(descriptor)
    setup: Setup = pipe.recv()
    load()
    _limit_memory(setup.budget)
    _be_quiet()
    done = 0
    pipe.send(Hello())
    try:
        while True:
            questions: list[Question] = pipe.recv()
            identifications = _identify(questions)
            pipe.send(Answer(None))
            for question, identification in zip(questions, identifications, strict=True):
                done += 1
                leaving = done >= _FILES_A_LIFE
                pipe.send(Answer(_inspect(question, identification, setup), leaving))
                if leaving:
                    return
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _identify(questions: list[Question]) -> Sequence[Identification | None]:
    try:
        return identify_many([q.path for q in questions], names=[q.name for q in questions])
    except Exception:  # one file the scanner can't take must not cost the batch: each is tried alone later
        return [None] * len(questions)


def _inspect(question: Question, identification: Identification | None, setup: Setup) -> Inspection:
    try:
        return inspect_file(
            question.path,
            name=question.name,
            identification=identification,
            want_text=setup.want_text,
            budget=setup.budget,
        )
    except Exception as error:  # a fault of this program must not be held against the file, nor stop the run
        note = _("The file was not checked because of a fault in this program: %(reason)s.", reason=repr(error)[:300])
        return Inspection(Identification(extension=extension_of(question.name)), 0, None, notes=(note,))


def _limit_memory(budget: Budget) -> None:
    """Let the private memory grow by the budget; what Go and the libraries hold by now is not counted."""
    try:
        with Path("/proc/self/statm").open("rb") as source:
            held = int(source.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return
    # Not RLIMIT_AS: Go reserves gigabytes of addresses that it never fills. The parent watches what is really held.
    resource.setrlimit(resource.RLIMIT_DATA, (held + budget.memory + _SLACK, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _be_quiet() -> None:
    """Drop what C libraries print about foreign bytes; whatever counts is in the answers."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    os.close(silence)
