"""The worker with real child processes."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from jobs import job_bodies as bodies
from shicheng.jobs import leases, services
from shicheng.jobs.models import Job
from shicheng.jobs.types import State
from shicheng.jobs.worker import Worker, run_until_done
from shicheng.kernel import clock
from shicheng.people.services import SYSTEM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crash]


def step_until(worker: Worker, wanted: object, seconds: float = 20) -> None:
    """Let the worker work until `wanted()` is true."""
    end = time.monotonic() + seconds
    while not wanted():  # type: ignore[operator]
        assert time.monotonic() < end, list(Job.objects.values_list("name", "state", "traceback"))
        worker.step(0.05)


def test_body_runs_in_a_child_that_is_used_again() -> None:
    rows = [services.enqueue(bodies.add, a=number, b=1) for number in range(4)]
    worker = Worker(processes=1, poll=0.05, schedules=False)
    try:
        step_until(worker, lambda: not Job.objects.exclude(state=State.DONE).exists())
    finally:
        worker.close()
    results = [Job.objects.get(pk=row.pk).result for row in rows]
    assert [result["sum"] for result in results] == [1, 2, 3, 4]
    assert {result["parent"] for result in results} == {os.getpid()}
    (child,) = {result["pid"] for result in results}
    assert not psutil.pid_exists(child)


def test_run_until_done_shows_progress(tmp_path: Path) -> None:
    seen: list[int] = []
    row = services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=8, pause=0.25)
    row = run_until_done(row.pk, lambda at: seen.append(at.progress_done or 0))
    assert (row.state, row.progress_done, row.progress_total) == (State.DONE, 8, 8)
    assert sorted(seen) == seen and len(set(seen)) >= 3


def test_body_that_holds_the_interpreter_keeps_its_lease(tmp_path: Path) -> None:
    row = services.enqueue(bodies.hold, folder=str(tmp_path), length=36)
    workers = [Worker(processes=1, poll=0.05, schedules=False) for _ in range(2)]
    try:
        end = time.monotonic() + 60
        while not Job.objects.get(pk=row.pk).is_finished and time.monotonic() < end:
            for worker in workers:
                worker.step(0.05)
    finally:
        for worker in workers:
            worker.close()
    held = float((tmp_path / "held").read_text())
    if held < 2:
        pytest.skip(f"this machine got through it in {held:.1f} s")
    assert bodies.runs_of(tmp_path, "hold") == 1
    assert Job.objects.get(pk=row.pk).attempts == 1


def test_killed_child_costs_a_try_and_the_job_runs_again(tmp_path: Path) -> None:
    row = run_until_done(services.enqueue(bodies.die, folder=str(tmp_path), times=2).pk, poll=0.05)
    assert (row.state, row.result, row.attempts) == (State.DONE, 3, 3)


def test_job_that_kills_every_child_is_dead_in_the_end(tmp_path: Path) -> None:
    row = run_until_done(services.enqueue(bodies.die, folder=str(tmp_path), times=9).pk, poll=0.05)
    assert (row.state, bodies.runs_of(tmp_path, "die")) == (State.DEAD, 3)
    assert "SIGKILL" in str(row.error)


def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    services.enqueue(bodies.orphan, folder=str(tmp_path))
    parent = start_worker()
    wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    child = psutil.Process(int((tmp_path / "pid").read_text()))
    assert child.ppid() == parent.pid
    parent.kill()
    parent.wait()
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_sigterm_lets_short_work_finish(tmp_path: Path) -> None:
    row = services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=5, pause=0.3)
    parent = start_worker()
    wait_for(lambda: bodies.runs_of(tmp_path, "c"))
    parent.terminate()
    assert parent.wait(20) == 0
    assert Job.objects.get(pk=row.pk).state == State.DONE


def test_sigterm_hands_long_work_back_without_costing_a_try(tmp_path: Path) -> None:
    row = services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=1000, pause=0.1)
    parent = start_worker(grace=0.3)
    wait_for(lambda: bodies.runs_of(tmp_path, "c"))
    parent.terminate()
    assert parent.wait(20) == 0
    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease_until) == (State.WAITING, 0, None)


def test_expired_lease_is_taken_over_and_the_late_word_does_not_count(tmp_path: Path) -> None:
    row = services.enqueue(bodies.add, a=1, b=2)
    old = leases.claim("gone")
    assert old is not None
    assert leases.claim("other") is None
    Job.objects.filter(pk=row.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    done = run_until_done(row.pk, poll=0.05)
    assert (done.state, done.attempts, done.lease_token) == (State.DONE, 2, 2)
    assert not leases.report(old.job_id, old.token, (1, 1, None))
    assert not leases.settle(old.job_id, old.token, leases.died("late"))
    assert Job.objects.get(pk=row.pk).state == State.DONE


def test_worker_kills_the_body_whose_lease_was_lost(tmp_path: Path) -> None:
    row = services.enqueue(bodies.orphan, folder=str(tmp_path))
    worker = Worker(processes=1, poll=0.05, schedules=False)
    try:
        step_until(worker, lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        pid = int((tmp_path / "pid").read_text())
        Job.objects.filter(pk=row.pk).update(lease_token=50, worker="other")
        step_until(worker, lambda: not psutil.pid_exists(pid))
    finally:
        worker.close()
    row.refresh_from_db()
    assert (row.state, row.lease_token, row.worker) == (State.RUNNING, 50, "other")


def test_fence_stops_an_attempt_that_was_given_up() -> None:
    row = services.enqueue(bodies.fenced)
    worker = Worker(processes=1, poll=0.05, schedules=False)
    try:
        step_until(worker, lambda: Job.objects.get(pk=row.pk).lease_token == 99)
        step_until(worker, lambda: not worker._busy())
    finally:
        worker.close()
    row.refresh_from_db()
    assert (row.state, row.lease_token) == (State.RUNNING, 99)


def test_running_job_is_cancelled_in_its_child(tmp_path: Path) -> None:
    row = services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=1000, pause=0.05)

    def cancel(at: Job) -> None:
        if at.state == State.RUNNING and at.can_cancel and bodies.runs_of(tmp_path, "c"):
            services.cancel(actor=SYSTEM, job=at.pk)

    row = run_until_done(row.pk, cancel, poll=0.05)
    assert row.state == State.CANCELLED


def test_job_held_by_another_worker_is_followed(tmp_path: Path) -> None:
    row = services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=10, pause=0.1)
    parent = start_worker()
    try:
        wait_for(lambda: bodies.runs_of(tmp_path, "c"))
        done = run_until_done(row.pk, poll=0.05)
    finally:
        parent.terminate()
        parent.wait(20)
    assert (done.state, bodies.runs_of(tmp_path, "c")) == (State.DONE, 1)
    assert done.worker.split(":")[1] == str(parent.pid)


def test_only_one_of_many_claims_a_job() -> None:
    for number in range(20):
        services.enqueue(bodies.add, a=number, b=0)
    taken: list[str] = []

    def take() -> None:
        from django.db import connection

        while (task := leases.claim("w")) is not None:
            taken.append(str(task.job_id))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 20


def test_enqueuing_one_key_from_many_sides_makes_one_job() -> None:
    made: list[str] = []

    def make() -> None:
        from django.db import connection

        made.append(str(services.enqueue(bodies.add, unique_key="one", a=0, b=0).pk))
        connection.close()

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6 and len(set(made)) == Job.objects.count() == 1


def start_worker(**options: float) -> subprocess.Popen[bytes]:
    from jobs.worker_program import start

    return start(**options)


def wait_for(wanted: object, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not wanted():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


def test_second_signal_hurries(tmp_path: Path) -> None:
    services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=1000, pause=0.1)
    parent = start_worker(grace=60)
    wait_for(lambda: bodies.runs_of(tmp_path, "c"))
    parent.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert parent.poll() is None
    parent.send_signal(signal.SIGINT)
    assert parent.wait(20) == 0
    assert Job.objects.get().state == State.WAITING
