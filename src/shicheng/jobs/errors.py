"""What can go wrong with jobs, and the ways a body ends early."""

from __future__ import annotations

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message


class UnknownJob(ShichengError):
    """A job name no room has registered."""

    code = "jobs.job.unknown"
    http_status = 500


class JobMissing(ShichengError):
    """There is no such job, or the actor may not see it."""

    code = "jobs.job.missing"
    http_status = 404


class BadArguments(ShichengError):
    """Arguments a job can't be called with, or that can't be written as JSON."""

    code = "jobs.job.bad_arguments"
    http_status = 500


class JobNotDone(ShichengError):
    """A job somebody waited for did not end well."""

    code = "jobs.job.not_done"


class TryLater(ShichengError):
    """Raised by a body when something outside is not ready; the job waits without losing a try."""

    code = "jobs.job.try_later"
    http_status = 503

    def __init__(self, message: Message, *, hint: Message | None = None, seconds: float = 60) -> None:
        super().__init__(message, hint=hint)
        self.seconds = seconds


class Stopped(BaseException):
    """The root of the ways to stop a body between two items. Not an Exception, so that no body swallows it."""


class Cancelled(Stopped):
    """Somebody cancelled the job."""


class HandedBack(Stopped):
    """The worker is going down; the job goes back to the waiting ones without losing a try."""


class LeaseLost(Stopped):
    """Another worker has the job now; what this one still does must not count."""
