"""Jobs of this door: sending news, forgetting what was kept long enough."""

from __future__ import annotations

from datetime import timedelta

from shicheng.api import news
from shicheng.api.configuration import configuration
from shicheng.api.idempotency import forget_old
from shicheng.api.webhooks import JOB_KEY
from shicheng.base.db import atomic
from shicheng.jobs import services as jobs
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.errors import TryLater
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _

_LOOK_EVERY = 5.0  # seconds


@job("api.news", lease=60, tries=5, label=_("Send news to webhooks"))
def send_news(run: Run) -> dict[str, int]:
    """Send what is due, then wait for more in the same row, for as long as anyone wants news."""
    news.follow()
    taken = news.deliver_due(configuration(), between=lambda done: run.progress(done))
    if news.is_wanted():
        raise TryLater(_("Waits for news; %(taken)s were sent.", taken=taken), seconds=_LOOK_EVERY)
    return {"sent": taken}


@scheduled(every=timedelta(hours=1))
@job("api.tidy", label=_("Look after kept answers and news"))
def tidy(run: Run) -> dict[str, int]:
    """Delete what was kept long enough, and see to it that news is sent if anyone wants it."""
    if news.is_wanted():
        with atomic():
            jobs.enqueue(send_news, unique_key=JOB_KEY)
    return {"answers": forget_old(), "deliveries": news.forget_delivered()}
