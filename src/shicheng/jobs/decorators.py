"""Turning a function into a job."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ParamSpec

from shicheng.jobs import registry
from shicheng.jobs.registry import JobKind, ScheduleKind
from shicheng.kernel.messages import Message

P = ParamSpec("P")


def job(
    name: str, *, lease: int = 120, tries: int = 5, backoff: float = 2.0, label: Message | None = None
) -> Callable[[Callable[P, Any]], JobKind[P]]:
    """Register a function `(run: Run, *, …)` as the job `name` (`room.verb`).

    Jobs run at least once: the body must be safe to run twice. Its arguments are ids, its result
    is JSON. `lease` is in seconds: so long after its worker died another one takes the job.
    A body that raises a `ShichengError` has failed and is not tried again by itself; `TryLater`
    puts it off; any other error is tried again after `backoff`, doubled each time, until `tries`
    are used up. A child that dies counts as a try.
    """
    if "." not in name or len(name) > 100:
        raise ValueError(f"a job is named room.verb, not {name}")
    if lease < 1 or tries < 1:
        raise ValueError(f"the job {name} needs a lease and a number of tries of at least one")

    def wrap(function: Callable[P, Any]) -> JobKind[P]:
        kind = JobKind(
            name=name,
            function=function,
            label=label or Message("%(name)s", {"name": name}),
            lease=lease,
            tries=tries,
            backoff=backoff,
            signature=inspect.signature(function),
        )
        registry.register(kind)
        return kind

    return wrap


def scheduled(
    *, every: timedelta | int, name: str = "", when: Callable[[], bool] = lambda: True, **arguments: Any
) -> Callable[[JobKind[P]], JobKind[P]]:
    """Enqueue a job again and again, `every` so many seconds, while `when` says so; stands above `@job`.

    A run that is still unfinished when the next is due is not doubled. Runs that were missed
    while no worker was up are made good by one.
    """
    seconds = int(every.total_seconds()) if isinstance(every, timedelta) else every
    if seconds < 1:
        raise ValueError("a schedule needs at least a second between two runs")

    def wrap(kind: JobKind[P]) -> JobKind[P]:
        kind.check_arguments(arguments)
        registry.register_schedule(ScheduleKind(name or kind.name, kind, seconds, arguments, when))
        return kind

    return wrap
