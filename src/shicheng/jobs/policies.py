"""Who may see and steer jobs."""

from __future__ import annotations

from django.db.models import QuerySet

from shicheng.jobs.models import Job, Schedule
from shicheng.kernel.messages import message as _
from shicheng.people import registry
from shicheng.people.policies import allows, whole_fonds
from shicheng.people.types import STAFF, Actor, Role

READ = registry.permission("jobs.job.read", _("See one's own jobs"), roles=STAFF)
READ_ALL = registry.permission(
    "jobs.job.read_all", _("See the jobs of all"), roles={Role.SYSTEM_ADMINISTRATOR, Role.ARCHIVIST}
)
CANCEL = registry.permission("jobs.job.cancel", _("Cancel jobs"), roles=STAFF)
RETRY = registry.permission("jobs.job.retry", _("Run jobs again"), roles=STAFF)
READ_SCHEDULES = registry.permission(
    "jobs.schedule.read", _("See schedules"), roles={Role.SYSTEM_ADMINISTRATOR, Role.ARCHIVIST}
)
SWITCH = registry.permission(
    "jobs.schedule.switch", _("Switch schedules on and off"), roles={Role.SYSTEM_ADMINISTRATOR}
)


def visible(actor: Actor) -> QuerySet[Job]:
    """Jobs the actor may see: all, or for those who may not or are limited to some fonds, their own."""
    if not allows(actor, READ):
        return Job.objects.none()
    if whole_fonds(actor, READ_ALL) is None:
        return Job.objects.all()
    return Job.objects.filter(actor_id=actor.user_id) if actor.user_id else Job.objects.none()


def visible_schedules(actor: Actor) -> QuerySet[Schedule]:
    """Schedules the actor may see."""
    return Schedule.objects.all() if allows(actor, READ_SCHEDULES) else Schedule.objects.none()
