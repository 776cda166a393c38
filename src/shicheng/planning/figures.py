"""Planned against actual: what came is given to the lines of a plan. No database here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

MEASURES: Final = ("items", "volumes", "bytes")


@dataclass(frozen=True, slots=True)
class Target:
    """A line of a plan; an empty category or retention takes any."""

    key: str
    unit: str
    category: str = ""
    retention: str = ""
    quarter: int = 2
    items: int = 0
    volumes: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of one unit, category and retention."""

    unit: str
    category: str
    retention: str
    items: int = 0
    volumes: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Came:
    """What came for one line."""

    items: int = 0
    volumes: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Allotted:
    """What came line by line, and what was in no line."""

    lines: dict[str, Came] = field(default_factory=dict)
    unplanned: list[Arrival] = field(default_factory=list)


def allot(targets: Sequence[Target], arrivals: Iterable[Arrival]) -> Allotted:
    """Give each arrival to the line that names it best; of lines for several quarters the earlier ones fill first.

    Nothing is lost: what is beyond the plan goes to the last line it fits.
    """
    allotted = Allotted({one.key: Came() for one in targets})
    by_unit: dict[str, list[Target]] = defaultdict(list)
    for one in targets:
        by_unit[one.unit].append(one)
    for arrival in sorted(arrivals, key=lambda one: (one.unit, one.category, one.retention)):
        fitting = [
            one
            for one in by_unit[arrival.unit]
            if one.category in ("", arrival.category) and one.retention in ("", arrival.retention)
        ]
        if not fitting:
            allotted.unplanned.append(arrival)
            continue
        best = max((bool(one.category), bool(one.retention)) for one in fitting)
        lines = sorted(
            (one for one in fitting if (bool(one.category), bool(one.retention)) == best),
            key=lambda one: (one.quarter, one.key),
        )
        for measure in MEASURES:
            _fill(allotted.lines, lines, measure, getattr(arrival, measure))
    return allotted


def _fill(came: dict[str, Came], lines: Sequence[Target], measure: str, left: int) -> None:
    for place, one in enumerate(lines):
        line = came[one.key]
        room = max(0, getattr(one, measure) - getattr(line, measure))
        part = left if place == len(lines) - 1 else min(left, room)
        setattr(line, measure, getattr(line, measure) + part)
        left -= part


def share(planned: Sequence[int], came: Sequence[int]) -> int:
    """Percent done by the first measure that is planned, whole numbers rounded down, at most 999; 100 for no plan."""
    for expected, actual in zip(planned, came, strict=True):
        if expected:
            return min(999, actual * 100 // expected)
    return 100


def last_day(year: int, quarter: int) -> date:
    """The last day of a quarter."""
    month = quarter * 3
    return date(year, month, 31 if month in (3, 12) else 30)


def quarter_of(day: date) -> int:
    """The quarter a day is in."""
    return (day.month + 2) // 3


def is_late(year: int, quarter: int, done: int, today: date) -> bool:
    """Tell whether a line should have come in whole by now and has not."""
    return done < 100 and last_day(year, quarter) < today
