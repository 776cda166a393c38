"""Jobs of this room."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shicheng.collecting import pooling, receiving
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current


@job("collecting.take", lease=120, tries=5, label=_("Take a pushed document into the pool"))
def take_push(run: Run, *, push_id: str) -> dict[str, object]:
    """Hand a pushed document over to the pool, in place of the revision before it."""
    return pooling.take_into_pool(push_id=UUID(push_id), settings=current())


@scheduled(every=timedelta(minutes=1), when=pooling.any_in_pool)
@job("collecting.settle", lease=60, tries=5, label=_("See which pushed documents are filed"))
def settle(run: Run) -> dict[str, int]:
    """Note which pushed documents are in the holdings by now."""
    return {"filed": pooling.settle()}


@scheduled(every=timedelta(hours=1))
@job("collecting.clear", lease=60, tries=5, label=_("Clear away what pushes left that were cut off"))
def clear(run: Run) -> dict[str, int]:
    """Take away what processes left that died while a document arrived."""
    return {"folders": receiving.clear_abandoned(current())}
