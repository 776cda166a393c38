"""Jobs of the platform rooms."""

from __future__ import annotations

from typing import Any

from shicheng.jobs.decorators import job
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _


@job("jobs.task", tries=3, label=_("Task"))
def run_task(run: Run, *, path: str, args: list[Any], kwargs: dict[str, Any], queue: str = "default") -> Any:
    """Run a task made with Django's Tasks API."""
    from shicheng.jobs.backend import call_task

    return call_task(path, args, kwargs, result_id=str(run.job_id))
