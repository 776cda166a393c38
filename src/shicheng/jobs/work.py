"""Jobs of the platform rooms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shicheng.audit.proving import prove_log
from shicheng.audit.services import sign_head
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.jobs.services import forget_finished
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.settings import current

KEEP_DAYS = 90


@job("jobs.task", tries=3, label=_("Task"))
def run_task(run: Run, *, path: str, args: list[Any], kwargs: dict[str, Any], queue: str = "default") -> Any:
    """Run a task made with Django's Tasks API."""
    from shicheng.jobs.backend import call_task

    return call_task(path, args, kwargs, result_id=str(run.job_id))


@scheduled(every=timedelta(days=1))
@job("audit.sign_head", label=_("Sign the audit log"))
def sign_audit_head(run: Run) -> dict[str, int] | None:
    """Sign the end of the audit log once a day; safe twice, since a signed end is not signed again."""
    signed = sign_head(keys_path=current().keys_path)
    return {"position": signed.position} if signed else None


@job("audit.prove", lease=120, tries=3, label=_("Verify the audit log"))
def prove_audit_log(run: Run) -> dict[str, Any]:
    """Verify the whole chain with its signatures; changes nothing but that the log says so."""
    report = prove_log(actor=run.actor, keys_path=current().keys_path, progress=run.progress)
    return {
        "intact": report.intact, "entries": report.entries, "heads": report.heads_checked,
        "first_bad": report.first_bad, "problems": [problem.to_json() for problem in report.problems[:5]],
    }  # fmt: skip


@scheduled(every=timedelta(days=1))
@job("jobs.forget", label=_("Remove old finished jobs from the list"))
def forget_old_jobs(run: Run) -> dict[str, int]:
    """Delete the rows of jobs that were done or cancelled long ago; what they did stays in the audit log."""
    return {"forgotten": forget_finished(before=clock.now() - timedelta(days=KEEP_DAYS))}
