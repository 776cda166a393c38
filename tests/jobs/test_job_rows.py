"""Enqueuing, running in this process, and what becomes of a row."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from jobs import job_bodies as bodies
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.jobs import leases, policies, registry, selectors, services
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.errors import BadArguments, JobMissing, UnknownJob
from shicheng.jobs.inline import run_waiting
from shicheng.jobs.models import Job, Schedule
from shicheng.jobs.outcomes import DONE, Outcome
from shicheng.jobs.states import JOB
from shicheng.jobs.types import JobFilters, State, pace
from shicheng.jobs.worker import run_until_done
from shicheng.kernel import clock
from shicheng.kernel.states import IllegalMove
from shicheng.people.errors import NotPermitted
from shicheng.people.services import ANONYMOUS, SYSTEM
from shicheng.people.types import Actor

pytestmark = pytest.mark.django_db
ARCHIVIST = Actor("user", "王五", uuid4(), frozenset({"archivist"}))
LIMITED = Actor("user", "赵六", uuid4(), frozenset({"archivist"}), frozenset({"B012"}))


def test_job_is_gone_with_its_transaction() -> None:
    with pytest.raises(RuntimeError), atomic():
        services.enqueue(bodies.add, a=1, b=2)
        raise RuntimeError
    assert not Job.objects.exists()


def test_result_and_actor_are_kept() -> None:
    row = run_until_done(services.enqueue(bodies.add, actor=LIMITED, a=1, b=2).pk, inline=True)
    assert row.state == State.DONE
    assert (row.result["sum"], row.result["actor"], row.attempts) == (3, "赵六", 1)
    assert row.actor == LIMITED
    assert row.finished is not None and row.lease_until is None


def test_wrong_arguments_are_refused_before_the_row_is_made() -> None:
    with pytest.raises(BadArguments):
        services.enqueue(bodies.add, a=1)
    with pytest.raises(BadArguments):
        services.enqueue(bodies.add, a=1, b=object())
    assert not Job.objects.exists()


def test_unique_key_holds_among_unfinished_jobs_only() -> None:
    first = services.enqueue(bodies.add, unique_key="k", a=1, b=1)
    assert services.enqueue(bodies.add, unique_key="k", a=2, b=2).pk == first.pk
    assert leases.claim("w") is not None
    assert services.enqueue(bodies.add, unique_key="k", a=2, b=2).pk == first.pk
    leases.settle(first.pk, 1, Outcome(DONE))
    assert services.enqueue(bodies.add, unique_key="k", a=2, b=2).pk != first.pk


def test_jobs_go_by_priority_then_by_age() -> None:
    low, first, second = (services.enqueue(bodies.add, priority=p, a=n, b=0) for n, p in enumerate([-1, 5, 5]))
    later = services.enqueue(bodies.add, priority=9, run_after=clock.now() + timedelta(hours=1), a=0, b=0)
    taken = [task.job_id for task in iter(lambda: leases.claim("w"), None)]
    assert taken == [first.pk, second.pk, low.pk]
    assert Job.objects.get(pk=later.pk).state == State.WAITING


def test_body_that_tells_why_has_failed_and_is_not_tried_again(tmp_path: Path) -> None:
    row = run_until_done(services.enqueue(bodies.refuse, folder=str(tmp_path)).pk, inline=True)
    assert row.state == State.FAILED
    assert str(row.error) == "The thing 甲 is refused."
    assert str(row.hint) == "Take another."
    assert row.error_code == "test.thing.refused"
    assert bodies.runs_of(tmp_path, "refuse") == 1


def test_unexpected_error_is_tried_again(tmp_path: Path) -> None:
    row = run_until_done(services.enqueue(bodies.stumble, folder=str(tmp_path), times=2).pk, inline=True, poll=0.01)
    assert (row.state, row.result, row.attempts, row.error) == (State.DONE, 3, 3, None)


def test_job_is_dead_when_its_tries_are_used_up(tmp_path: Path) -> None:
    row = run_until_done(services.enqueue(bodies.stumble, folder=str(tmp_path), times=9).pk, inline=True, poll=0.01)
    assert (row.state, row.attempts) == (State.DEAD, 3)
    assert "stumbled 3" in str(row.error)
    assert "in stumble" in row.traceback


def test_putting_off_costs_no_try(tmp_path: Path) -> None:
    row = run_until_done(services.enqueue(bodies.later, folder=str(tmp_path), times=4).pk, inline=True, poll=0.01)
    assert (row.state, row.result, bodies.runs_of(tmp_path, "later")) == (State.DONE, 1, 5)


def test_result_that_is_no_json_is_an_error_told_clearly() -> None:
    row = run_until_done(services.enqueue(bodies.strange).pk, inline=True)
    assert row.state == State.FAILED
    assert row.error_code == "jobs.job.bad_arguments"


def test_progress_reaches_the_listener_and_the_row(tmp_path: Path) -> None:
    seen = []
    row = services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=4, pause=0.2)
    row = run_until_done(row.pk, lambda at: seen.append(at.progress_done), inline=True)
    assert (row.progress_done, row.progress_total, row.result) == (4, 4, {"steps": 4})
    assert str(row.note) == f"Counting in {tmp_path}"
    assert len(seen) < 8 and seen[-1] == 4
    rate = row.pace().rate
    assert rate is not None and 3 < rate < 5.1


def test_pace_tells_time_left() -> None:
    now = clock.now()
    told = pace(done=25, total=100, started=now - timedelta(seconds=5), now=now)
    assert (told.rate, told.seconds_left, told.share) == (5, 15, 0.25)
    assert pace(done=None, total=None, started=None, now=now).share is None
    assert pace(done=3, total=None, started=now - timedelta(seconds=1), now=now).seconds_left is None


def test_waiting_job_is_cancelled_at_once() -> None:
    row = services.cancel(actor=ARCHIVIST, job=services.enqueue(bodies.add, a=1, b=1).pk)
    assert (row.state, leases.claim("w")) == (State.CANCELLED, None)
    assert Entry.objects.get().event == "jobs.job.cancelled"
    with pytest.raises(IllegalMove):
        services.cancel(actor=ARCHIVIST, job=row.pk)


def test_running_job_is_cancelled_between_two_items(tmp_path: Path) -> None:
    row = services.enqueue(bodies.count, folder=str(tmp_path), key="c", steps=100, pause=0.1)

    def cancel(at: Job) -> None:
        if at.progress_done and at.can_cancel:
            services.cancel(actor=ARCHIVIST, job=at.pk)

    row = run_until_done(row.pk, cancel, inline=True)
    assert row.state == State.CANCELLED
    assert 0 < row.progress_done < 30


def test_retry_gives_all_tries_back(tmp_path: Path) -> None:
    row = run_until_done(services.enqueue(bodies.stumble, folder=str(tmp_path), times=4).pk, inline=True, poll=0.01)
    assert row.state == State.DEAD
    services.retry(actor=ARCHIVIST, job=row.pk)
    row = run_until_done(row.pk, inline=True, poll=0.01)
    assert (row.state, row.attempts, bodies.runs_of(tmp_path, "stumble")) == (State.DONE, 2, 5)
    with pytest.raises(IllegalMove):
        services.retry(actor=ARCHIVIST, job=row.pk)


def test_retry_returns_the_unfinished_job_with_the_same_key(tmp_path: Path) -> None:
    failed = run_until_done(
        services.enqueue(bodies.refuse, unique_key="u", folder=str(tmp_path)).pk, inline=True
    )  # fmt: skip
    fresh = services.enqueue(bodies.refuse, unique_key="u", folder=str(tmp_path))
    assert services.retry(actor=ARCHIVIST, job=failed.pk).pk == fresh.pk


def test_only_those_allowed_see_and_steer_jobs() -> None:
    theirs = services.enqueue(bodies.add, a=1, b=1)
    own = services.enqueue(bodies.add, actor=LIMITED, a=1, b=1)
    assert {row.pk for row in selectors.jobs(ARCHIVIST)} == {theirs.pk, own.pk}
    assert [row.pk for row in selectors.jobs(LIMITED)] == [own.pk]
    assert selectors.jobs(ANONYMOUS) == [] and selectors.schedules(ANONYMOUS) == []
    assert set(selectors.counts_by_state(ANONYMOUS).values()) == {0}
    with pytest.raises(JobMissing):
        selectors.job(LIMITED, theirs.pk)
    with pytest.raises(JobMissing):
        services.cancel(actor=LIMITED, job=theirs.pk)
    for act in (services.cancel, services.retry):
        with pytest.raises(NotPermitted):
            act(actor=ANONYMOUS, job=theirs.pk)
    with pytest.raises(JobMissing):
        selectors.job(ARCHIVIST, "no-uuid")


def test_lists_tell_what_a_page_needs(tmp_path: Path) -> None:
    run_until_done(services.enqueue(bodies.refuse, folder=str(tmp_path)).pk, inline=True)
    services.enqueue(bodies.add, a=1, b=1)
    services.enqueue(bodies.add, a=1, b=1)
    assert leases.claim("host:1:x") is not None
    assert selectors.counts_by_state(SYSTEM) == {
        "waiting": 1, "running": 1, "done": 0, "failed": 1, "cancelled": 0, "dead": 0,
    }  # fmt: skip
    assert [row.name for row in selectors.failures(SYSTEM)] == ["test.refuse"]
    assert [row.name for row in selectors.jobs(SYSTEM, JobFilters(troubled=True))] == ["test.refuse"]
    assert selectors.count(SYSTEM, JobFilters(name="test.add")) == 2
    assert selectors.names(SYSTEM) == ["test.add", "test.refuse"]
    assert [(view.worker, view.running) for view in selectors.workers(SYSTEM)] == [("host:1:x", 1)]


def test_job_of_another_version_is_left_alone() -> None:
    row = Job.objects.create(name="gone.job", actor_kind="system", actor_name="system")
    assert leases.claim("w") is None
    assert str(row.label) == "gone.job"
    with pytest.raises(UnknownJob):
        registry.find_job("gone.job")


def test_schedule_is_due_once_for_all_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_schedules", {})
    scheduled(every=timedelta(hours=1), name="test.hourly", a=1, b=2)(bodies.add)
    now = clock.now()
    (row,) = services.enqueue_schedules(now)
    assert row.arguments == {"a": 1, "b": 2}
    assert services.enqueue_schedules(now + timedelta(minutes=59)) == []
    assert [again.pk for again in services.enqueue_schedules(now + timedelta(hours=1))] == [row.pk]  # not doubled
    run_waiting()
    (made,) = services.enqueue_schedules(now + timedelta(hours=7))  # several were missed: one makes them good
    assert made.pk != row.pk
    assert Schedule.objects.get().next_run_at == now + timedelta(hours=8)
    services.switch_schedule(actor=SYSTEM, name="test.hourly", enabled=False)
    run_waiting()
    assert services.enqueue_schedules(now + timedelta(hours=9)) == []
    with pytest.raises(NotPermitted):
        services.switch_schedule(actor=ARCHIVIST, name="test.hourly", enabled=True)


def test_schedule_of_what_is_not_set_up_makes_no_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_schedules", {})
    wanted: list[bool] = []
    scheduled(every=60, name="test.wanted", when=lambda: bool(wanted), a=1, b=2)(bodies.add)
    now = clock.now()
    assert services.enqueue_schedules(now) == []
    wanted.append(True)
    (row,) = services.enqueue_schedules(now)
    assert row.name == "test.add"


def test_a_job_name_belongs_to_one_function() -> None:
    with pytest.raises(ValueError, match="registered"):
        job("test.add")(lambda run: None)


def test_every_move_is_either_in_the_table_or_refused() -> None:
    assert set(JOB.states) == {str(state) for state in State}
    for state, verb, move in JOB.pairs():
        if move is None:
            with pytest.raises(IllegalMove):
                JOB.next(state, verb)
        else:
            assert JOB.next(state, verb) == move.target
    assert {move.permission for move in JOB.moves if move.permission} == {policies.CANCEL, policies.RETRY}


def test_django_tasks_land_in_the_same_table() -> None:
    result = bodies.double.enqueue(21)
    context = bodies.told.enqueue(word="id")
    assert Job.objects.filter(name="jobs.task").count() == 2
    assert Job.objects.get(pk=context.id).priority == 7
    assert run_waiting() == 2
    result.refresh()
    assert (result.status, result.return_value, result.attempts) == ("SUCCESSFUL", 42, 1)
    assert bodies.told.get_result(context.id).return_value == f"id {context.id}"


def test_old_finished_jobs_are_forgotten_and_failures_kept(tmp_path: Path) -> None:
    parent = services.enqueue(bodies.add, a=1, b=1)
    child = services.enqueue(bodies.add, parent=parent.pk, a=1, b=1)
    young = services.enqueue(bodies.add, a=1, b=1)
    failed = services.enqueue(bodies.refuse, folder=str(tmp_path))
    waiting = services.enqueue(bodies.add, run_after=clock.now() + timedelta(days=1), a=1, b=1)
    run_waiting()
    now = clock.now()
    Job.objects.filter(pk__in=[parent.pk, child.pk, failed.pk]).update(finished=now - timedelta(days=91))
    assert services.forget_finished(before=now - timedelta(days=90)) == 2
    assert {row.pk for row in Job.objects.all()} == {young.pk, failed.pk, waiting.pk}


def test_idle_workers_ask_by_index_however_many_jobs_are_done() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by its own statistics")
    for state in (State.WAITING, State.RUNNING):
        plan = leases._candidates(state, registry.names(), None).order_by("-priority", "run_after", "id").explain()
        assert "(state=?" in plan or "AND state=?" in plan, plan
