"""Events of this room."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

CANCELLED = event("jobs.job.cancelled", _("Job cancelled"), sentence=_("%(actor)s cancelled the job %(name)s."))
RETRIED = event("jobs.job.retried", _("Job run again"), sentence=_("%(actor)s had the job %(name)s run again."))
SWITCHED = event(
    "jobs.schedule.switched", _("Schedule switched"), sentence=_("%(actor)s switched the schedule %(name)s.")
)
