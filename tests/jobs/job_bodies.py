"""Bodies of jobs that the tests have run; children import them from here."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import Any

from django_tasks import TaskContext, task

from shicheng.jobs.decorators import job
from shicheng.jobs.errors import TryLater
from shicheng.jobs.run import Run
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _


class Refused(ShichengError):
    code = "test.thing.refused"


def note_run(folder: str, key: str) -> int:
    """Leave a mark of this run and return how many runs there were."""
    with (Path(folder) / f"{key}.runs").open("a") as file:
        file.write(f"{os.getpid()}\n")
    return runs_of(folder, key)


def runs_of(folder: str | Path, key: str) -> int:
    path = Path(folder) / f"{key}.runs"
    return len(path.read_text().split()) if path.exists() else 0


@job("test.add")
def add(run: Run, *, a: int, b: int) -> dict[str, Any]:
    return {"sum": a + b, "pid": os.getpid(), "actor": run.actor.name, "parent": os.getppid()}


@job("test.count", lease=3)
def count(run: Run, *, folder: str, key: str, steps: int, pause: float) -> dict[str, int]:
    note_run(folder, key)
    for _step in run.track(range(steps), note=_("Counting in %(folder)s", folder=folder)):
        time.sleep(pause)
    return {"steps": steps}


@job("test.refuse")
def refuse(run: Run, *, folder: str) -> None:
    note_run(folder, "refuse")
    raise Refused(_("The thing %(name)s is refused.", name="甲"), hint=_("Take another."))


@job("test.stumble", tries=3, backoff=0.01)
def stumble(run: Run, *, folder: str, times: int) -> int:
    runs = note_run(folder, "stumble")
    if runs <= times:
        raise RuntimeError(f"stumbled {runs}")
    return runs


@job("test.later", tries=2)
def later(run: Run, *, folder: str, times: int) -> int:
    runs = note_run(folder, "later")
    if runs <= times:
        raise TryLater(_("The disk is full."), seconds=0.01)
    return run.attempt


@job("test.die", tries=3, backoff=0.01)
def die(run: Run, *, folder: str, times: int) -> int:
    runs = note_run(folder, "die")
    if runs <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return runs


@job("test.hold", lease=1)
def hold(run: Run, *, folder: str, length: int) -> bool:
    """Hold the interpreter's lock for longer than the lease, in one call into C."""
    note_run(folder, "hold")
    began = time.monotonic()
    re.match(r"(a|aa)+$", "a" * length + "b")
    (Path(folder) / "held").write_text(str(time.monotonic() - began))
    return True


@job("test.effect", lease=2, tries=30, backoff=0.05)
def effect(run: Run, *, folder: str, key: str) -> str:
    """Write a file in two steps with a pause between them, safe to be done twice."""
    note_run(folder, key)
    path = Path(folder) / f"{key}.{os.getpid()}.part"
    path.write_text(key)
    time.sleep(0.05)
    path.rename(Path(folder) / f"{key}.done")
    return key


@job("test.poison", lease=2, tries=3, backoff=0.05)
def poison(run: Run, *, folder: str, key: str) -> None:
    note_run(folder, key)
    os.kill(os.getpid(), signal.SIGKILL)


@job("test.orphan", lease=60)
def orphan(run: Run, *, folder: str) -> None:
    (Path(folder) / "pid").write_text(str(os.getpid()))
    time.sleep(60)


@job("test.fenced")
def fenced(run: Run) -> None:
    from shicheng.base.db import atomic
    from shicheng.jobs.models import Job

    Job.objects.filter(pk=run.job_id).update(lease_token=99)  # as if another worker had taken it
    with atomic():
        run.fence()
    raise AssertionError("not reached")


@job("test.strange")
def strange(run: Run) -> object:
    return object()


@task()
def double(number: int) -> int:
    return number * 2


@task(takes_context=True, priority=7)
def told(context: TaskContext, word: str) -> str:
    return f"{word} {context.task_result.id}"
