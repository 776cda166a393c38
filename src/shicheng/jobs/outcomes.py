"""How an attempt ended, and running a body to find out."""

from __future__ import annotations

import importlib
import traceback
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shicheng.jobs import registry
from shicheng.jobs.arguments import plain_json
from shicheng.jobs.errors import Cancelled, HandedBack, LeaseLost, TryLater
from shicheng.jobs.run import Reporter, Run
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

# What became of an attempt.
DONE, FAILED, ERROR, LATER, CANCELLED, HANDED_BACK, DIED, LOST = (
    "done", "failed", "error", "later", "cancelled", "handed_back", "died", "lost",
)  # fmt: skip
_TRACEBACK_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt, as a child is told of it."""

    job_id: UUID
    token: int
    name: str
    module: str
    arguments: dict[str, Any]
    attempt: int
    actor: Actor
    lease: int  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of an attempt. `progress` is the last word about progress, not yet written."""

    kind: str
    result: Any = None
    message: dict[str, Any] | None = None
    hint: dict[str, Any] | None = None
    code: str = ""
    traceback: str = ""
    seconds: float = 0
    progress: tuple[int | None, int | None, dict[str, Any] | None] | None = field(default=None)


def run_body(task: Task, reporter: Reporter) -> Outcome:
    """Run the body of a job and tell how it ended; raises nothing but what ends the process."""
    run = Run(
        job_id=task.job_id, actor=task.actor, token=task.token, attempt=task.attempt, reporter=reporter
    )  # fmt: skip
    try:
        importlib.import_module(task.module)
        result = plain_json(registry.find_job(task.name)(run, **task.arguments))
        run.flush()
        return Outcome(DONE, result=result)
    except Cancelled:
        return Outcome(CANCELLED)
    except HandedBack:
        return Outcome(HANDED_BACK)
    except LeaseLost:
        return Outcome(LOST)
    except TryLater as error:
        return _told(LATER, error, seconds=error.seconds)
    except ShichengError as error:
        return _told(FAILED, error)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a body may do anything; nothing it raises may end the worker
        reason = f"{type(error).__name__}: {error}"
        return Outcome(
            ERROR,
            message=_("The job stopped with an unexpected error: %(reason)s", reason=_clean(reason)).to_json(),
            code="jobs.job.error",
            traceback=_clean(traceback.format_exc())[-_TRACEBACK_KEPT:],
        )


def died(reason: str) -> Outcome:
    """The outcome of a process that vanished while it ran a body."""
    return Outcome(
        DIED, message=_("The process that ran the job died: %(reason)s.", reason=reason).to_json(), code="jobs.job.died"
    )


def _told(kind: str, error: ShichengError, *, seconds: float = 0) -> Outcome:
    return Outcome(
        kind,
        message=_stored(error.message),
        hint=_stored(error.hint) if error.hint else None,
        code=error.code,
        traceback=_clean(traceback.format_exc())[-_TRACEBACK_KEPT:],
        seconds=seconds,
    )


def _stored(message: Message) -> dict[str, Any]:
    stored: dict[str, Any] = plain_json(message.to_json())
    return stored


def _clean(text: str) -> str:
    cleaned: str = plain_json(text)
    return cleaned
