"""My work: what waits, since when, by whose duty, as a list and as a table."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shicheng.desk.waiting import ORDERS, Work, work_of
from shicheng.people.duties import TASKS
from shicheng.people.guards import actor_of, desk_page


@desk_page()
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What waits for this person, or for everybody as far as they may see it."""
    actor, query = actor_of(request), request.GET
    task = query.get("task", "") if query.get("task") in TASKS else ""
    order = query.get("order", "") if query.get("order") in ORDERS else "since"
    everybody = query.get("whose") == "all"
    listed = work_of(actor, only_mine=not everybody, task=task, order=order)
    if query.get("form") == "csv":
        return _table(listed)
    page = {
        "listed": listed, "tasks": TASKS.items(), "task": task, "order": order, "everybody": everybody,
        "others": 0 if everybody or listed else len(work_of(actor, task=task)),
    }  # fmt: skip
    return render(request, "desk/work.html", page)


def _table(listed: list[Work]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="work.csv"'
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([_("What"), _("Task"), _("Fonds"), _("Waits since"), _("Due"), _("Who answers")])
    for one in listed:
        since = timezone.localdate(one.since).isoformat() if one.since else ""
        cells = [str(one.what), str(one.task_label), one.fonds, since, str(one.due or ""), "、".join(one.answers.names)]
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells])
    return answer
