"""Django's Tasks API (`@task`, `.enqueue()`) on our leased rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskContext, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from shicheng.jobs.models import Job
from shicheng.jobs.types import State

_STATUS = {
    State.WAITING: TaskResultStatus.READY,
    State.RUNNING: TaskResultStatus.RUNNING,
    State.DONE: TaskResultStatus.SUCCESSFUL,
    State.FAILED: TaskResultStatus.FAILED,
    State.CANCELLED: TaskResultStatus.FAILED,
    State.DEAD: TaskResultStatus.FAILED,
}


class LeasedBackend(BaseTaskBackend):
    """Puts tasks into the table of jobs, where any worker runs them as the job `jobs.task`."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True
    supports_async_task = True

    def enqueue(self, task: Task[Any, Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> TaskResult[Any]:
        """Make the row; part of the caller's transaction like any other job."""
        from shicheng.jobs.services import enqueue
        from shicheng.jobs.work import run_task

        self.validate_task(task)
        row = enqueue(
            run_task,
            priority=task.priority,
            run_after=task.run_after,
            path=task.module_path,
            args=normalize_json(args),
            kwargs=normalize_json(kwargs),
            queue=task.queue_name,
        )
        return self._result(row, task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return what is known of a task by the id of its job."""
        try:
            row = Job.objects.filter(pk=UUID(result_id), name="jobs.task").first()
        except ValueError:
            row = None
        if row is None:
            raise TaskResultDoesNotExist(result_id)
        return self._result(row, find_task(row.arguments["path"]))

    def _result(self, row: Job, task: Task[Any, Any]) -> TaskResult[Any]:
        errors = []
        if row.error is not None:
            errors = [TaskError(exception_class_path="shicheng.jobs.errors.JobNotDone", traceback=row.traceback)]
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=str(row.pk),
            status=_STATUS[State(row.state)],
            enqueued_at=row.created,
            started_at=row.started,
            finished_at=row.finished,
            last_attempted_at=row.started,
            args=row.arguments["args"],
            kwargs=row.arguments["kwargs"],
            backend=self.alias,
            errors=errors,
            worker_ids=[row.worker] * row.attempts,
        )
        object.__setattr__(result, "_return_value", row.result)  # as every backend does: the class is frozen
        return result


def find_task(path: str) -> Task[Any, Any]:
    """Return the task a module holds under this path."""
    task = import_string(path)
    if not isinstance(task, Task):
        raise TypeError(f"{path} is not a task")
    return task


def call_task(path: str, args: list[Any], kwargs: dict[str, Any], *, result_id: str) -> Any:
    """Run a task's function with the context it may ask for."""
    task = find_task(path)
    if task.takes_context:
        return task.call(TaskContext(task_result=task.get_backend().get_result(result_id)), *args, **kwargs)
    return task.call(*args, **kwargs)
