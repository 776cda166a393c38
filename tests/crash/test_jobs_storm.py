"""Workers and their children are killed at random while jobs run; nothing is lost."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import psutil
import pytest

from jobs import job_bodies as bodies
from jobs.worker_program import start
from shicheng.base.db import atomic
from shicheng.jobs import services
from shicheng.jobs.models import Job
from shicheng.jobs.types import UNFINISHED, State

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash, pytest.mark.slow]

JOBS, POISONS, SECONDS = 200, 3, 90


def test_storm_of_kills_loses_no_job_and_no_effect(tmp_path: Path) -> None:
    chance = random.Random(7)
    before = alive()
    with atomic():
        for number in range(JOBS):
            services.enqueue(bodies.effect, folder=str(tmp_path), key=f"job{number:03}")
        for number in range(POISONS):
            services.enqueue(bodies.poison, folder=str(tmp_path), key=f"poison{number}")
    workers = [start(processes=2) for _ in range(2)]
    kills = {"parent": 0, "child": 0}
    end, next_kill = time.monotonic() + SECONDS, time.monotonic() + 2.0
    try:
        while Job.objects.filter(state__in=UNFINISHED).exists():
            assert time.monotonic() < end, list(Job.objects.filter(state__in=UNFINISHED).values("name", "attempts"))
            time.sleep(0.1)
            if time.monotonic() < next_kill or kills["parent"] + kills["child"] >= 14:
                continue
            next_kill = time.monotonic() + chance.uniform(0.4, 1.0)
            place = chance.randrange(len(workers))
            children = psutil.Process(workers[place].pid).children(recursive=True)
            if children and chance.random() < 0.6:
                kill(chance.choice(children).pid)
                kills["child"] += 1
            else:
                workers[place].kill()
                workers[place].wait()
                kills["parent"] += 1
                workers[place] = start(processes=2)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)

    assert kills["parent"] >= 2 and kills["child"] >= 2, kills
    effects = Job.objects.filter(name="test.effect")
    assert effects.filter(state=State.DONE).count() == JOBS
    assert sorted(path.stem for path in tmp_path.glob("*.done")) == sorted(f"job{n:03}" for n in range(JOBS))
    assert all(row.result == row.arguments["key"] for row in effects)
    poisons = Job.objects.filter(name="test.poison")
    assert [row.state for row in poisons] == [State.DEAD] * POISONS
    for row in poisons:
        # A kill between claim and start may use up a try without a run; never is there a run too many.
        assert row.attempts == row.tries == 3
        assert 1 <= bodies.runs_of(tmp_path, row.arguments["key"]) <= 3
    assert alive() <= before  # servers of other tests in this process go on


def alive() -> set[psutil.Process]:
    return {child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE}


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
