"""Numbers that are missing in a row of numbers. No database here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Run:
    """Numbers that follow each other, both ends included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many numbers there are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))


def find_gaps(present: Iterable[int], *, first: int = 1) -> list[Run]:
    """The runs of numbers missing between `first` and the highest number there is, in order.

    What would follow the highest number nobody can know, so nothing is missing there.
    """
    gaps, expected = [], first
    for number in sorted(set(present)):
        if number < expected:
            continue
        if number > expected:
            gaps.append(Run(expected, number - 1))
        expected = number + 1
    return gaps


def as_runs(numbers: Iterable[int]) -> list[Run]:
    """Numbers put together into runs, in order."""
    runs: list[Run] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1].last + 1 == number:
            runs[-1] = Run(runs[-1].first, number)
        else:
            runs.append(Run(number, number))
    return runs
