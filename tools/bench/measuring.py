"""Timing that can be trusted: whole processes, several runs in turn, medians with their spread."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHICHENG = ROOT / ".venv" / "bin" / "shicheng"
MB = 1_000_000


class BenchFailed(Exception):
    """A measured program failed, so there is nothing to measure."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most of several runs."""

    median: float
    least: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """The spread of these values, of which there is at least one."""
        return cls(statistics.median(values), min(values), max(values), len(values))


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured line of a table."""

    name: str
    unit: str
    spread: Spread
    note: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach, as issue and documentation name it, with what came out."""

    text: str
    wanted: float
    got: float
    unit: str
    at_most: bool = False

    @property
    def reached(self) -> bool:
        """Tell whether the goal is reached."""
        return self.got <= self.wanted if self.at_most else self.got >= self.wanted


@dataclass(slots=True)
class Result:
    """What one bench found."""

    name: str
    title: str
    figures: list[Figure] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, unit: str, values: Sequence[float], note: str = "") -> Spread:
        """Add a line and return its spread."""
        spread = Spread.of(values)
        self.figures.append(Figure(name, unit, spread, note))
        return spread


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ran to its end."""

    began: float  # seconds since 1970
    seconds: float
    cpu: float  # of the process and the children it waited for
    peak: int  # bytes of the largest single process
    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Options:
    """How a run was asked for."""

    folder: Path
    scale: float = 1.0
    repeats: int = 3

    def scaled(self, number: int, least: int = 1) -> int:
        """A number of things at the scale asked for."""
        return max(least, round(number * self.scale))


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    expected: Sequence[int] = (0,),
    text: str | None = None,
) -> Finished:
    """Run a program to its end and say what it took; raises `BenchFailed` if it ends otherwise than `expected`."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SHICHENG_")}
    variables |= {"LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tools")])}
    # Every installed program starts from compiled files; without them each process would compile itself first.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    variables.pop("DJANGO_SETTINGS_MODULE", None)
    variables |= environment or {}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as source:
        if text is not None:
            source.write(text.encode())
            source.seek(0)
        began, clock = time.time(), time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], stdin=source, stdout=output, stderr=errors, env=variables
        )
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        seconds = time.perf_counter() - clock
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        said, complaint = output.read().decode("utf-8", "replace"), errors.read().decode("utf-8", "replace")
    if process.returncode not in expected:
        shown = " ".join(str(part) for part in command)
        raise BenchFailed(f"{shown} ended with {process.returncode}:\n{said[-2000:]}\n{complaint[-4000:]}")
    # ru_maxrss is in KiB on Linux.
    return Finished(began, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10, process.returncode, said)


def in_turn(repeats: int, *acts: Callable[[int], None]) -> None:
    """Run the acts A B C A B C …, so that a machine whose speed drifts drifts for all of them.

    Before each, what the one before left to be written goes to the disk and is not charged to the next.
    """
    for number in range(repeats):
        for act in acts:
            os.sync()
            act(number)


def python(module: str, *arguments: str | Path) -> list[str]:
    """Command that runs a module of this package in a process of its own."""
    return [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]


def files_below(folder: Path) -> list[tuple[str, int]]:
    """Every file below a folder with its size, in a fixed order."""
    found = []
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    found.append((entry.path, entry.stat(follow_symlinks=False).st_size))
    return sorted(found)
