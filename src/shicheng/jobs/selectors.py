"""Reading jobs, schedules and workers."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Max, QuerySet

from shicheng.jobs import policies
from shicheng.jobs.errors import JobMissing
from shicheng.jobs.models import Job, Schedule
from shicheng.jobs.types import TROUBLED, UNFINISHED, JobFilters, State, WorkerView
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor


def jobs(actor: Actor, filters: JobFilters | None = None) -> list[Job]:
    """Return jobs the actor may see, newest first."""
    chosen = filters or JobFilters()
    rows = _filtered(actor, chosen).order_by("-created", "-id")
    return list(rows[chosen.offset : chosen.offset + chosen.limit])


def count(actor: Actor, filters: JobFilters | None = None) -> int:
    """Return how many jobs the filters leave."""
    return _filtered(actor, filters or JobFilters()).count()


def job(actor: Actor, job_id: UUID | str) -> Job:
    """Return one job; raises `JobMissing` also if the actor may not see it."""
    try:
        row = policies.visible(actor).filter(pk=UUID(str(job_id))).first()
    except ValueError:
        row = None
    if row is None:
        raise JobMissing(
            _("There is no job %(job)s that you may see.", job=job_id), hint=_("Look it up in the list of jobs.")
        )
    return row


def own_jobs(actor: Actor, name: str) -> QuerySet[Job]:
    """Return the jobs of one name that the actor had done, newest first."""
    if actor.user_id is None:
        return Job.objects.none()
    return policies.visible(actor).filter(name=name, actor_id=actor.user_id).order_by("-created", "-id")


def counts_by_state(actor: Actor) -> dict[str, int]:
    """Return the number of jobs in every state, 0 included."""
    found = dict(policies.visible(actor).order_by().values_list("state").annotate(Count("pk")))
    return {str(state): found.get(state, 0) for state in State}


def failures(actor: Actor, *, limit: int = 50) -> list[Job]:
    """Return jobs that need a person: failed, or dead after all their tries; newest first."""
    return list(policies.visible(actor).filter(state__in=TROUBLED).order_by("-finished", "-id")[:limit])


def names(actor: Actor) -> list[str]:
    """Return the names of the jobs the actor may see, for a filter."""
    return list(policies.visible(actor).order_by("name").values_list("name", flat=True).distinct())


def is_unfinished(unique_key: str) -> bool:
    """Tell whether a job with this key waits or runs; for the room whose key it is."""
    return Job.objects.filter(unique_key=unique_key, state__in=UNFINISHED).exists()


def waiting(name: str) -> int:
    """Count the jobs of one kind that wait; it tells nothing of any one of them."""
    return Job.objects.filter(name=name, state=State.WAITING).count()


def is_under_way(name: str) -> bool:
    """Tell whether a job of one kind waits or runs; it tells nothing of any one of them."""
    return Job.objects.filter(name=name, state__in=UNFINISHED).exists()


def schedules(actor: Actor) -> list[Schedule]:
    """Return the schedules, by name."""
    return list(policies.visible_schedules(actor).order_by("name"))


def workers(actor: Actor) -> list[WorkerView]:
    """Return the workers that hold leases now."""
    rows = (
        policies.visible(actor).filter(state=State.RUNNING).order_by("worker").values_list("worker")
        .annotate(running=Count("pk"), until=Max("lease_until"))
    )  # fmt: skip
    return [WorkerView(worker, running, until) for worker, running, until in rows]


def _filtered(actor: Actor, filters: JobFilters) -> QuerySet[Job]:
    rows = policies.visible(actor)
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.name:
        rows = rows.filter(name=filters.name)
    if filters.troubled:
        rows = rows.filter(state__in=TROUBLED)
    if filters.since is not None:
        rows = rows.filter(created__gte=filters.since)
    return rows
