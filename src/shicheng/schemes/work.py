"""Jobs of this room."""

from __future__ import annotations

from uuid import UUID

from shicheng.jobs.decorators import job
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.schemes.keeping import keep_table
from shicheng.schemes.models import Schedule
from shicheng.settings import current


@job("schemes.keep_table", label=_("Keep an approved filing table in the store"))
def keep_approved(run: Run, *, schedule_id: str) -> dict[str, object]:
    """Put an approved version into the store, where it outlives the database."""
    schedule = Schedule.objects.select_related("unit").get(pk=UUID(schedule_id), state="approved")
    return {"new": keep_table(schedule, current())}
