"""Children that look at files: spawned, limited in time and memory, replaced when they die.

The children are fresh interpreters (never forks: pygfried's Go runtime does not survive one), are not daemons
of `multiprocessing` (so that a job that is itself a child may have them) and die with their parent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

import shicheng
from shicheng.formats.child import Answer, Hello, Question, Setup
from shicheng.formats.identification import extension_of
from shicheng.formats.types import Budget, FileProblem, FileProblemKind, Identification, Inspection
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

Key = TypeVar("Key")

_BATCH_FILES = 50
_BATCH_BYTES = 8 << 20
_AHEAD = 2  # batches a child has in hand, so that it need not wait for the parent
_TICK = 0.25  # seconds between looks at clocks and memory
_MOST_FAILED_STARTS = 3
_START_SECONDS = 30.0  # granted on top of the first file for starting an interpreter


@dataclass(slots=True)
class _Task(Generic[Key]):
    """One file to look at. `number` is its place in the order asked."""

    number: int
    key: Key
    path: Path
    name: str
    deaths: int = 0


@dataclass(slots=True)
class _Batch(Generic[Key]):
    tasks: deque[_Task[Key]]
    identified: bool = False


@dataclass(slots=True)
class _Child(Generic[Key]):
    process: subprocess.Popen[bytes]
    pipe: Connection
    heard: float
    fresh: bool = True
    batches: deque[_Batch[Key]] = field(default_factory=deque)


class InspectionPool:
    """Looks at many files in child processes; use it as a context manager, one caller at a time.

    A file that takes longer than `budget.seconds` or more than `budget.memory` comes back with the problem
    "budget", one that kills its child twice with "damaged"; the other files of its batch are looked at again.
    """

    def __init__(self, workers: int = 2, budget: Budget | None = None, *, want_text: bool = True) -> None:
        self.workers = max(1, workers)
        self.budget = budget or Budget()
        self.want_text = want_text
        self._children: list[_Child[object]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all children."""
        for child in self._children:
            _kill(child.process)
            child.pipe.close()
        self._children.clear()

    def inspect_many(self, files: Iterable[tuple[Key, Path, str]]) -> Iterator[tuple[Key, Inspection]]:
        """Look at (key, path, name) one by one; results come as they are done, in no fixed order."""
        run = _Run(self, files)
        try:
            yield from run.results()
        finally:
            # A caller that stops early leaves children with work in hand: they are of no use to the next call.
            for child in [child for child in self._children if child.batches]:
                self._retire(child)

    def inspect(self, path: Path, name: str | None = None) -> Inspection:
        """Look at one file."""
        return next(iter(self.inspect_many([(None, path, name or path.name)])))[1]

    def _child(self, index: int) -> _Child[object]:
        while len(self._children) <= index:
            self._children.append(self._start())
        return self._children[index]

    def _start(self) -> _Child[object]:
        mine, theirs = Pipe(duplex=True)
        code = "import sys; from shicheng.formats.child import main; main(int(sys.argv[1]), int(sys.argv[2]))"
        environment = dict(os.environ)
        root = str(Path(shicheng.__file__).resolve().parent.parent)
        known = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
        environment["PYTHONPATH"] = os.pathsep.join([root, *known])
        # -P keeps the current folder, which may be a hostile transfer, out of the import path.
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, str(theirs.fileno()), str(os.getpid())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            env=environment,
            process_group=0,  # an interrupt from the terminal is for the parent to handle
        )
        theirs.close()
        mine.send(Setup(self.budget, self.want_text))
        return _Child(process, mine, time.monotonic())

    def _retire(self, child: _Child[object]) -> None:
        _kill(child.process)
        child.pipe.close()
        self._children.remove(child)


class _Run(Generic[Key]):
    """One call of `inspect_many`: what waits, who works on what, what is overdue."""

    def __init__(self, pool: InspectionPool, files: Iterable[tuple[Key, Path, str]]) -> None:
        self.pool = pool
        self.files = enumerate(files)
        self.again: deque[_Batch[Key]] = deque()
        self.exhausted = False
        self.failed_starts = 0

    def results(self) -> Iterator[tuple[Key, Inspection]]:
        while True:
            self._hand_out()
            busy = [child for child in self.pool._children if child.batches]
            if not busy:
                return
            ready = set(wait([child.pipe for child in busy], _TICK))
            for child in busy:
                if child.pipe in ready:
                    yield from self._hear(child)
                elif (over := self._overdue(child)) is not None:
                    yield from self._blame(child, over)

    def _hand_out(self) -> None:
        """Give every child work ahead; start children only as far as there is work."""
        for index in range(self.pool.workers):
            for _count in range(_AHEAD):
                if index < len(self.pool._children) and len(self.pool._children[index].batches) >= _AHEAD:
                    break
                batch = self.again.popleft() if self.again else self._next_batch()
                if batch is None:
                    return
                child = self.pool._child(index)
                if not child.batches:
                    child.heard = time.monotonic()
                child.batches.append(batch)  # type: ignore[arg-type]  # the pool does not care what keys are
                try:
                    child.pipe.send([Question(task.path, task.name) for task in batch.tasks])
                except OSError:
                    break  # the child died; the next look at its pipe tells

    def _next_batch(self) -> _Batch[Key] | None:
        tasks: deque[_Task[Key]] = deque()
        size = 0
        while not self.exhausted and len(tasks) < _BATCH_FILES and size < _BATCH_BYTES:
            try:
                number, (key, path, name) = next(self.files)
            except StopIteration:
                self.exhausted = True
                break
            tasks.append(_Task(number, key, path, name))
            size += _size(path)
        return _Batch(tasks) if tasks else None

    def _hear(self, child: _Child[object]) -> Iterator[tuple[Key, Inspection]]:
        """Take what a child has to say; a closed pipe means that it died."""
        try:
            while child.batches and child.pipe.poll():
                answer: Answer | Hello = child.pipe.recv()
                child.heard = time.monotonic()
                if isinstance(answer, Hello):
                    child.fresh = False
                    self.failed_starts = 0
                    continue
                batch: _Batch[Key] = child.batches[0]  # type: ignore[assignment]  # a child holds batches of any kind of key
                if answer.inspection is None:
                    batch.identified = True
                    continue
                task = batch.tasks.popleft()
                if not batch.tasks:
                    child.batches.popleft()
                yield task.key, answer.inspection
                if answer.leaving:
                    self._replace(child, None)
                    return
        except (EOFError, OSError):
            yield from self._blame(child, None)

    def _overdue(self, child: _Child[object]) -> FileProblem | None:
        """Tell what limit the file in hand has passed, if any."""
        task = child.batches[0].tasks[0]
        allowed = self.pool.budget.seconds + (_START_SECONDS if child.fresh else 0)
        if time.monotonic() - child.heard > allowed:
            return _budget(
                _(
                    "The file %(name)s took longer than %(seconds)s seconds and was not looked at to the end.",
                    name=task.name,
                    seconds=round(self.pool.budget.seconds),
                )
            )
        if _resident(child.process.pid) > self.pool.budget.memory:
            return _budget(
                _("The file %(name)s needs more memory than allowed; it was not looked at to the end.", name=task.name)
            )
        return None

    def _blame(self, child: _Child[object], over: FileProblem | None) -> Iterator[tuple[Key, Inspection]]:
        """Replace a child that died or passed a limit; only the file it had in hand pays."""
        if child.fresh:
            self.failed_starts += 1
            if self.failed_starts >= _MOST_FAILED_STARTS:
                raise RuntimeError("the processes that inspect files do not start; see the messages above")
            self._replace(child, None)
            return
        batch: _Batch[Key] = child.batches[0]  # type: ignore[assignment]  # as above
        if not batch.identified and len(batch.tasks) > 1:
            self._replace(child, None, split=True)  # which file it was is not known yet: one by one
            return
        task = batch.tasks.popleft()
        if over is None:
            task.deaths += 1
            if task.deaths < 2:  # somebody else may have killed the child: try once more, alone
                self._replace(child, task)
                return
            over = FileProblem(
                FileProblemKind.DAMAGED,
                _("The file %(name)s can't be opened: the reading program broke down on it.", name=task.name),
            )
        self._replace(child, None)
        identification = Identification(extension=extension_of(task.name))
        readable = None if over.kind is FileProblemKind.BUDGET else False
        yield task.key, Inspection(identification, _size(task.path), readable, problems=(over,))

    def _replace(self, child: _Child[object], first: _Task[Key] | None, *, split: bool = False) -> None:
        """End a child and put its unanswered work at the head of the queue."""
        batches: list[_Batch[Key]] = list(child.batches)  # type: ignore[arg-type]  # as above
        child.batches.clear()
        self.pool._retire(child)
        for batch in reversed(batches[1:] if batches else []):
            self.again.appendleft(_Batch(batch.tasks))
        if batches and batches[0].tasks:
            if split:
                for task in reversed(batches[0].tasks):
                    self.again.appendleft(_Batch(deque([task])))
            else:
                self.again.appendleft(_Batch(batches[0].tasks))
        if first is not None:
            self.again.appendleft(_Batch(deque([first])))


def _budget(message: Message) -> FileProblem:
    return FileProblem(FileProblemKind.BUDGET, message)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _resident(pid: int) -> int:
    """Bytes of memory a process holds, 0 when it is gone."""
    try:
        with Path(f"/proc/{pid}/statm").open("rb") as source:
            return int(source.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a child and whatever it started (LibreOffice)."""
    try:
        os.killpg(process.pid, 9)
    except OSError:
        process.kill()
    process.wait()
