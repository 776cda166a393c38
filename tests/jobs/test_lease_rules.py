"""Any order of claims, lapses, endings and late words keeps the rules of leases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from jobs import job_bodies as bodies
from shicheng.jobs import leases, services
from shicheng.jobs.models import Job
from shicheng.jobs.outcomes import CANCELLED, DIED, DONE, ERROR, FAILED, HANDED_BACK, LATER, Outcome, Task
from shicheng.jobs.types import FINISHED, State
from shicheng.kernel import clock
from shicheng.people.services import SYSTEM

OUTCOMES = st.sampled_from([DONE, FAILED, ERROR, LATER, CANCELLED, HANDED_BACK, DIED])


class LeaseRules(RuleBasedStateMachine):
    """A model of who may speak for a job, held against the rows."""

    tasks = Bundle("tasks")

    def __init__(self) -> None:
        super().__init__()
        Job.objects.all().delete()
        self.owner: dict[Any, int] = {}  # the token whose word counts
        self.tokens: dict[Any, int] = {}
        self.ended: dict[Any, str] = {}

    @rule(tries=st.integers(1, 3), key=st.sampled_from(["", "", "k"]))
    def enqueue(self, tries: int, key: str) -> None:
        unfinished = Job.objects.filter(unique_key=key).exclude(state__in=FINISHED)
        before = set(unfinished.values_list("pk", flat=True)) if key else set()
        row = services.enqueue(bodies.add, unique_key=key, a=1, b=1)
        assert (row.pk in before) == bool(before)
        Job.objects.filter(pk=row.pk, attempts=0).update(tries=tries)

    @initialize()
    def begin(self) -> None:
        for tries in (1, 3, 3):
            row = services.enqueue(bodies.add, a=1, b=1)
            Job.objects.filter(pk=row.pk).update(tries=tries)

    @rule(target=tasks)
    def claim(self) -> Any:
        task = leases.claim("worker")
        if task is None:
            return multiple()
        row = Job.objects.get(pk=task.job_id)
        assert task.job_id not in self.ended
        assert task.token == row.lease_token > self.tokens.get(task.job_id, 0)
        assert task.attempt == row.attempts <= row.tries
        self.tokens[task.job_id] = self.owner[task.job_id] = task.token
        return task

    @rule(task=tasks)
    def lapse(self, task: Task) -> None:
        Job.objects.filter(pk=task.job_id, state=State.RUNNING).update(lease_until=clock.now() - timedelta(seconds=1))

    @rule(target=tasks, task=tasks)
    def overtake(self, task: Task) -> Any:
        """A worker is slow, and another one takes its job."""
        self.lapse(task)
        return self.claim()

    @rule(task=tasks)
    def keep(self, task: Task) -> None:
        leases.keep({task.job_id: task.token})
        row = Job.objects.get(pk=task.job_id)
        if self.owner.get(task.job_id) == task.token and row.state == State.RUNNING:
            assert row.lease_until > clock.now()

    @rule(task=tasks, done=st.integers(0, 9))
    def report(self, task: Task, done: int) -> None:
        before = Job.objects.get(pk=task.job_id)
        counted = leases.report(task.job_id, task.token, (done, 9, None))
        assert counted == (before.state == State.RUNNING and self.owner.get(task.job_id) == task.token)

    @rule(task=consumes(tasks), kind=OUTCOMES)
    def settle(self, task: Task, kind: str) -> None:
        before = Job.objects.get(pk=task.job_id)
        counted = leases.settle(task.job_id, task.token, Outcome(kind, result=kind))
        assert counted == (before.state == State.RUNNING and self.owner.get(task.job_id) == task.token)
        row = Job.objects.get(pk=task.job_id)
        if not counted:
            assert (row.state, row.result) == (before.state, before.result)
            return
        del self.owner[task.job_id]
        if row.state == State.DONE:
            assert kind == DONE and row.result == kind
        if row.state == State.DEAD:
            assert row.attempts >= row.tries and kind in (ERROR, DIED)
        if row.is_finished:
            self.ended[row.pk] = row.state

    @rule(task=tasks)
    def cancel(self, task: Task) -> None:
        row = Job.objects.get(pk=task.job_id)
        if row.can_cancel:
            row = services.cancel(actor=SYSTEM, job=row.pk)
            if row.state == State.CANCELLED:
                self.ended[row.pk] = row.state

    @rule(task=tasks)
    def retry(self, task: Task) -> None:
        row = Job.objects.get(pk=task.job_id)
        if row.can_retry and services.retry(actor=SYSTEM, job=row.pk).pk == row.pk:
            self.ended.pop(row.pk, None)

    @rule()
    def hurry(self) -> None:
        Job.objects.filter(state=State.WAITING).update(run_after=clock.now())

    @invariant()
    def finished_jobs_stay_as_they_are(self) -> None:
        for row in Job.objects.all():
            if row.pk in self.ended:
                assert row.state == self.ended[row.pk]
            if row.state == State.RUNNING:
                assert row.lease_until is not None
                assert self.owner[row.pk] == row.lease_token
            else:
                assert row.lease_until is None
            assert row.is_finished == (row.finished is not None)
        # A job may be ended by a claim that finds it lapsed; from then on it is ended here too.
        for row in Job.objects.filter(state__in=FINISHED):
            self.ended[row.pk] = row.state
            self.owner.pop(row.pk, None)


class TestLeaseRules(TestCase, LeaseRules.TestCase):  # type: ignore[misc]  # both are made by hypothesis
    """Runs the machine, each run in a transaction of its own."""

    settings = settings(
        max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
    )  # fmt: skip
