"""What commands print: JSON for scripts, tables and bars for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False)


class Reporter(Protocol):
    """Called with what is done, what there is to do in all (None if unknown), and a note."""

    def __call__(self, done: int, total: int | None = None, note: str = "") -> None: ...


def print_json(value: Any) -> None:
    """Print one JSON document, readable and in the original characters."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Reporter]:
    """Show a bar on a terminal; in a pipe, or with `quiet`, show nothing."""
    if quiet or not err.is_terminal:
        yield lambda done, total=None, note="": None
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
        console=err,
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None, note="")

        def report(done: int, total: int | None = None, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield report
