"""Reading the rows of a catalogue, with a second process beside this one once there are many. No Django here.

Nobody can store or index anything before the whole catalogue was read, so another processor would have nothing to do
meanwhile. Rows go over and come back by `marshal`, which takes a tenth of the time the reading takes.
"""

from __future__ import annotations

import marshal
import multiprocessing
import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Final, Self

from shicheng.cataloguing.rows import Read, Rejected, RowReader
from shicheng.kernel.messages import Message
from shicheng.kernel.processes import collect_seldom

Rows = list[tuple[int, list[str]]]

_CHUNK: Final = 1000
ALONE: Final = 20_000  # rows below which a second process is not worth its start
_GIVEN: Final = 2  # chunks at once, so that the helper never waits
_MOST_WAITING: Final = 8  # chunks that were read ahead of one that is still being read


class HelperEnded(Exception):
    """The process that helped to read is gone: it was killed, or found no memory."""


class Helper:
    """A second process that reads rows with a reader of its own; it ends with the block."""

    def __init__(self, make_reader: Callable[[], RowReader]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_help, args=(theirs, make_reader), daemon=True)
        self._process.start()
        theirs.close()
        self.waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.kill()
        self._process.join()

    def give(self, rows: Rows) -> None:
        """Hand rows over."""
        try:
            self._pipe.send_bytes(marshal.dumps(rows))
        except OSError:
            raise HelperEnded from None
        self.waiting += 1

    def has_done(self) -> bool:
        """Tell whether a chunk can be taken without waiting."""
        return self._pipe.poll()

    def take(self) -> list[tuple[Any, ...]]:
        """What the chunk given first became."""
        try:
            found: list[tuple[Any, ...]] = marshal.loads(self._pipe.recv_bytes())  # noqa: S302  # our own process
        except (EOFError, OSError):
            raise HelperEnded from None
        self.waiting -= 1
        return found


def read_rows(
    rows: Iterator[tuple[int, list[str]]], make_reader: Callable[[], RowReader], stack: ExitStack
) -> Iterator[tuple[Read | Rejected, list[str]]]:
    """Read rows in their order, each with its cells; from `ALONE` rows on with a helper that ends with `stack`."""
    reader = make_reader()
    helper: Helper | None = None
    waiting: deque[tuple[Rows, list[tuple[Any, ...]] | None]] = deque()
    count = 0
    while chunk := list(islice(rows, _CHUNK)):
        count += len(chunk)
        if helper is None and count > ALONE:
            helper = stack.enter_context(Helper(make_reader))
        if helper is not None and helper.waiting < _GIVEN:
            helper.give(chunk)
            waiting.append((chunk, None))
        else:
            waiting.append((chunk, [_read(reader, *one) for one in chunk]))
        yield from _in_order(waiting, helper, most=_MOST_WAITING)
    yield from _in_order(waiting, helper, most=0)


def _in_order(
    waiting: deque[tuple[Rows, list[tuple[Any, ...]] | None]], helper: Helper | None, *, most: int
) -> Iterator[tuple[Read | Rejected, list[str]]]:
    while waiting:
        chunk, found = waiting[0]
        if found is None:
            assert helper is not None
            if len(waiting) <= most and not helper.has_done():
                return
            found = helper.take()
        waiting.popleft()
        for (row, cells), one in zip(chunk, found, strict=True):
            yield (Read(*one) if len(one) > 1 else Rejected(row, Message.from_json(one[0]), cells)), cells


def _read(reader: RowReader, row: int, cells: list[str]) -> tuple[Any, ...]:
    """A row as plain values: the fields of `Read`, or the reason why it can't come in."""
    found = reader.read(row, cells)
    return (found.reason.to_json(),) if isinstance(found, Rejected) else tuple(found.kept())


def _help(pipe: Connection, make_reader: Callable[[], RowReader]) -> None:
    end_with_parent()
    collect_seldom()
    reader = make_reader()
    given: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def receive() -> None:  # always, so that who gives never waits for who waits to be taken from
        try:
            while True:
                given.put(pipe.recv_bytes())
        except (EOFError, OSError):
            given.put(None)

    threading.Thread(target=receive, daemon=True).start()
    while (rows := given.get()) is not None:
        read = [_read(reader, *one) for one in marshal.loads(rows)]  # noqa: S302  # our own process
        pipe.send_bytes(marshal.dumps(read))


def end_with_parent() -> None:
    """End this process when its parent is gone: a killed import leaves nobody behind who writes on."""
    parent = os.getppid()

    def watch() -> None:
        waiting = threading.Event()
        while os.getppid() == parent:
            waiting.wait(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
