"""Enqueuing, cancelling and retrying jobs, and enqueuing what schedules say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.jobs import events, policies, registry
from shicheng.jobs.arguments import plain_json
from shicheng.jobs.errors import JobMissing
from shicheng.jobs.models import Job, Schedule
from shicheng.jobs.registry import JobKind
from shicheng.jobs.states import JOB
from shicheng.jobs.types import UNFINISHED, State
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor


def enqueue(
    job_function: JobKind[Any],
    *,
    actor: Actor = SYSTEM,
    unique_key: str | None = None,
    priority: int = 0,
    run_after: datetime | None = None,
    parent: UUID | None = None,
    **args: Any,
) -> Job:
    """Make a row for a job; it is run after the surrounding transaction commits, or never was.

    With `unique_key`, an unfinished job with the same key (waiting or running) is returned
    instead of a second one. Higher `priority` goes first. Raises `BadArguments`.
    """
    arguments = plain_json(args)
    job_function.check_arguments(arguments)
    row = Job(
        name=job_function.name,
        arguments=arguments,
        priority=priority,
        unique_key=unique_key or "",
        tries=job_function.tries,
        lease=job_function.lease,
        parent_id=parent,
        actor_kind=actor.kind,
        actor_name=actor.name,
        actor_id=actor.user_id,
        actor_roles=sorted(actor.roles),
        actor_fonds=None if actor.fonds is None else sorted(actor.fonds),
        actor_more=_more(actor),
    )
    if run_after is not None:
        row.run_after = run_after
    if not row.unique_key:
        row.save(force_insert=True)
        return row
    for attempt in (1, 2, 3):
        existing = _unfinished(row.unique_key)
        if existing is not None:
            return existing
        try:
            with atomic():
                row.save(force_insert=True)
            return row
        except IntegrityError:  # another connection was quicker
            if attempt == 3:
                raise
    raise AssertionError("not reached")


def cancel(*, actor: Actor, job: UUID | str) -> Job:
    """Cancel a job: a waiting one at once, a running one between two of its items."""
    require(actor, policies.CANCEL)
    with atomic():
        row = _locked(actor, job)
        if row.state == State.WAITING:
            row.state = JOB.next(row.state, "cancel")
            row.finished = clock.now()
        else:
            JOB.find_move(row.state, "cancel")
        row.cancel_requested = True
        row.save(update_fields=["state", "finished", "cancel_requested"])
        audit.append(actor, events.CANCELLED, ("job", row.pk), {"name": row.name})
    return row


def retry(*, actor: Actor, job: UUID | str) -> Job:
    """Put a failed, dead or cancelled job back among the waiting ones with all its tries.

    If an unfinished job with the same unique key exists, that one is returned and nothing changes.
    """
    require(actor, policies.RETRY)
    with atomic():
        row = _locked(actor, job)
        target = JOB.next(row.state, "retry")
        if row.unique_key and (other := _unfinished(row.unique_key)) is not None:
            return other
        row.state = target
        row.attempts = 0
        row.run_after = clock.now()
        row.cancel_requested = False
        row.finished = None
        row.progress_done = row.progress_total = row.note_json = None
        row.save(
            update_fields=[
                "state", "attempts", "run_after", "cancel_requested", "finished",
                "progress_done", "progress_total", "note_json",
            ]
        )  # fmt: skip
        audit.append(actor, events.RETRIED, ("job", row.pk), {"name": row.name})
    return row


def switch_schedule(*, actor: Actor, name: str, enabled: bool) -> Schedule:
    """Switch a schedule on or off."""
    require(actor, policies.SWITCH)
    with atomic():
        row = Schedule.objects.select_for_update().filter(pk=name).first()
        if row is None:
            raise JobMissing(_("There is no schedule %(name)s.", name=name))
        row.is_enabled = enabled
        row.save(update_fields=["is_enabled"])
        audit.append(actor, events.SWITCHED, ("schedule", name), {"name": name, "enabled": enabled})
    return row


def enqueue_schedules(now: datetime | None = None) -> list[Job]:
    """Enqueue a job for every schedule that is due; safe to be called by many workers at once.

    Schedules registered in the program and not yet in the database are added, due at once.
    """
    moment = now or clock.now()
    known = {schedule.name: schedule for schedule in registry.schedules() if schedule.is_wanted()}
    if not known:
        return []
    rows = {row.name: row for row in Schedule.objects.filter(pk__in=list(known))}
    changed = [name for name, kind in known.items() if name not in rows or rows[name].every != kind.every]
    if changed:
        with atomic():
            Schedule.objects.bulk_create(
                [Schedule(name=name, every=known[name].every, next_run_at=moment) for name in changed],
                update_conflicts=True, unique_fields=["name"], update_fields=["every"],
            )  # fmt: skip
    due = Schedule.objects.filter(pk__in=list(known), is_enabled=True, next_run_at__lte=moment)
    if not due.exists():  # looked at without the write lock, since it is asked every few seconds
        return []
    made = []
    with atomic():
        for row in due.select_for_update(skip_locked=True).order_by("name"):
            schedule = known[row.name]
            made.append(enqueue(schedule.kind, unique_key=f"schedule:{row.name}", **schedule.arguments))
            following = row.next_run_at + timedelta(seconds=row.every)
            row.next_run_at = following if following > moment else moment + timedelta(seconds=row.every)
            row.last_run_at = moment
            row.save(update_fields=["next_run_at", "last_run_at"])
    return made


def forget_finished(*, before: datetime) -> int:
    """Delete rows of jobs done or cancelled before a moment and return how many; those that need a person stay.

    A job whose children are kept is kept too.
    """
    forgotten = 0
    while True:
        old = Job.objects.filter(state__in=(State.DONE, State.CANCELLED), finished__lt=before, children__isnull=True)
        keys = list(old.order_by("id").values_list("pk", flat=True)[:500])
        if not keys:
            return forgotten
        with atomic():
            Job.objects.filter(pk__in=keys).delete()
        forgotten += len(keys)


def _more(actor: Actor) -> dict[str, Any] | None:
    """What else the job's actor is known by; None for the many that are no more than their roles and fonds."""
    if actor.reaches is None and not actor.emergency_id:
        return None
    return {
        "reaches": None if actor.reaches is None else [one.to_json() for one in actor.reaches],
        "emergency": sorted(actor.emergency),
        "emergency_id": actor.emergency_id,
    }


def _unfinished(unique_key: str) -> Job | None:
    return Job.objects.filter(unique_key=unique_key, state__in=UNFINISHED).first()


def _locked(actor: Actor, job: UUID | str) -> Job:
    try:
        row = policies.visible(actor).select_for_update().filter(pk=UUID(str(job))).first()
    except ValueError:
        row = None
    if row is None:
        raise JobMissing(
            _("There is no job %(job)s that you may see.", job=job), hint=_("Look it up in the list of jobs.")
        )
    return row
