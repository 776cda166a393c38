"""Jobs and schedules as each room registers them."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, ParamSpec

from shicheng.jobs.errors import BadArguments, UnknownJob
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _

P = ParamSpec("P")


@dataclass(frozen=True, eq=False)
class JobKind(Generic[P]):
    """A function that can be run as a job; calling it calls the function."""

    name: str
    function: Callable[P, Any]
    label: Message
    lease: int  # seconds
    tries: int
    backoff: float  # seconds before the second try; doubles each time
    signature: inspect.Signature = field(repr=False)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Run the body here and now."""
        return self.function(*args, **kwargs)

    @property
    def module(self) -> str:
        """The module a child process has to import to find this job."""
        return self.function.__module__

    def check_arguments(self, arguments: dict[str, Any]) -> None:
        """Raise `BadArguments` unless the body can be called with these."""
        try:
            self.signature.bind(None, **arguments)
        except TypeError as error:
            raise BadArguments(
                _("The job %(name)s can't be called like this: %(reason)s.", name=self.name, reason=error)
            ) from error


@dataclass(frozen=True, slots=True)
class ScheduleKind:
    """A job that is enqueued again and again."""

    name: str
    kind: JobKind[Any]
    every: int  # seconds
    arguments: dict[str, Any]
    is_wanted: Callable[[], bool] = lambda: True  # asked each time: what is not set up needs no jobs


_kinds: dict[str, JobKind[Any]] = {}
_schedules: dict[str, ScheduleKind] = {}
_loading: list[Callable[[], object]] = []  # what makes the jobs of every room known
_lock = threading.RLock()


def load_later(load: Callable[[], object]) -> None:
    """Say how the jobs of every room become known. It is done when somebody asks for all of them, or for one that is
    not known yet: most commands never do, and their start would take twice as long.
    """
    _loading[:] = [load]


def _load() -> None:
    with _lock:
        while _loading:
            _loading[0]()
            _loading.clear()


def register(kind: JobKind[Any]) -> None:
    """Make a job known by its name; a name belongs to one function."""
    known = _kinds.get(kind.name)
    if known is not None and (known.module, known.function.__qualname__) != (
        kind.module, kind.function.__qualname__,
    ):  # fmt: skip
        raise ValueError(f"the job {kind.name} is registered by {known.module} already")
    _kinds[kind.name] = kind


def register_schedule(schedule: ScheduleKind) -> None:
    """Make a schedule known by its name."""
    _schedules[schedule.name] = schedule


def find_job(name: str) -> JobKind[Any]:
    """Return a registered job; raises `UnknownJob`."""
    kind = _known(name)
    if kind is None:
        raise UnknownJob(
            _("The job %(name)s is not known to this program.", name=name),
            hint=_("It was registered by another version; run it with that one, or cancel it."),
        )
    return kind


def label(name: str) -> Message:
    """Return the label of a job, its name if it is not known."""
    kind = _known(name)
    return kind.label if kind else Message("%(name)s", {"name": name})


def _known(name: str) -> JobKind[Any] | None:
    if name not in _kinds:
        _load()
    return _kinds.get(name)


def names() -> list[str]:
    """Names of every registered job."""
    _load()
    return sorted(_kinds)


def schedules() -> list[ScheduleKind]:
    """Every registered schedule, by name."""
    _load()
    return [_schedules[name] for name in sorted(_schedules)]
