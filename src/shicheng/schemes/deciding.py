"""What the supervising archive (档案主管部门) decides of versions of filing tables, carried out."""

from __future__ import annotations

from shicheng.approvals.models import ApprovalRequest
from shicheng.audit import services as audit
from shicheng.jobs.services import enqueue
from shicheng.kernel import clock
from shicheng.people.types import Actor
from shicheng.schemes import events
from shicheng.schemes.models import Schedule, Unit
from shicheng.schemes.services import SUBJECT
from shicheng.schemes.states import SCHEDULE
from shicheng.schemes.tables import end_earlier
from shicheng.schemes.work import keep_approved


def approve_schedule(actor: Actor, request: ApprovalRequest) -> None:
    """Put a version in force from its day on, and let the one before end on the day before; twice is once."""
    schedule = _locked(request)
    if schedule.state == "approved":
        return
    schedule.state = SCHEDULE.next(schedule.state, "approve")
    schedule.approved_by, schedule.approved_at = actor.name[:200], clock.now()
    schedule.save(update_fields=["state", "approved_by", "approved_at"])
    end_earlier(schedule)
    details = {"unit": schedule.unit.code, "version": schedule.version, "from": str(schedule.effective_from)}
    audit.append(actor, events.APPROVED, (SUBJECT, schedule.pk), details)
    enqueue(keep_approved, unique_key=f"schemes.keep {schedule.pk}", schedule_id=str(schedule.pk))


def reopen_schedule(actor: Actor, request: ApprovalRequest) -> None:
    """Make a version a draft again, whose request was refused, withdrawn, or expired; twice is once."""
    schedule = _locked(request)
    if schedule.state != "submitted":
        return
    schedule.state = SCHEDULE.next(schedule.state, "reopen")
    schedule.save(update_fields=["state"])
    details = {"unit": schedule.unit.code, "version": schedule.version, "request": request.number}
    audit.append(actor, events.REOPENED, (SUBJECT, schedule.pk), details)


def _locked(request: ApprovalRequest) -> Schedule:
    """The version, its unit locked before it, as everywhere."""
    unit = Schedule.objects.values_list("unit_id", flat=True).get(pk=request.subject_id)
    Unit.objects.select_for_update().get(pk=unit)
    return Schedule.objects.select_for_update(of=("self",)).select_related("unit").get(pk=request.subject_id)
