"""Counting what came in a year by unit, category and retention, and keeping it on the lines of the plan."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from shicheng.base.db import atomic
from shicheng.holdings.models import Item
from shicheng.kernel import clock
from shicheng.planning.figures import Allotted, Arrival, Target, allot
from shicheng.planning.models import Plan, PlanLine
from shicheng.planning.owners import owners_of_all
from shicheng.schemes.models import Unit

_CAME = ("came_items", "came_volumes", "came_bytes")


def arrivals(year: int) -> list[Arrival]:
    """What was taken in during a year, by code of the unit, category and retention; unit "" where none is known."""
    first, following = _first_moment(year), _first_moment(year + 1)
    rows = Item.objects.filter(registered__gte=first, registered__lt=following).order_by()
    grouped = rows.values("fonds__code", "category", "retention", "department", "filing_row").annotate(
        n=Count("pk"), volumes=Count("volume", distinct=True, filter=~Q(volume="")), size=Sum("bytes")
    )
    listed: list[dict[str, Any]] = [dict(row) for row in grouped]
    owners = owners_of_all({str(row["fonds__code"]) for row in listed})
    for code, one in owners.items():
        one.read_rows({row["filing_row"] for row in listed if row["filing_row"] and row["fonds__code"] == code})
    codes = dict(Unit.objects.values_list("pk", "code"))
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in listed:
        home = owners.get(row["fonds__code"])
        unit = ""
        if home is not None:
            judged = home.of_row(row["filing_row"])
            owner = judged[0] if judged else home.of_department(row["department"])
            unit = codes[owner] if owner is not None else ""
        into = sums[unit, row["category"], row["retention"]]
        for place, value in enumerate((row["n"], row["volumes"], row["size"])):
            into[place] += int(value or 0)
    return [
        Arrival(unit, category, retention, *numbers) for (unit, category, retention), numbers in sorted(sums.items())
    ]


def count_plan(plan: Plan) -> Allotted:
    """Bring what came up to date on every line of a plan that is not closed; twice is once."""
    came = arrivals(plan.year)
    with atomic():
        locked = Plan.objects.select_for_update().get(pk=plan.pk)
        lines = list(locked.lines.select_related("unit").order_by("order"))
        allotted = allot([target_of(one) for one in lines], came)
        if locked.state == "closed":
            return allotted
        for one in lines:
            got = allotted.lines[str(one.pk)]
            one.came_items, one.came_volumes, one.came_bytes = got.items, got.volumes, got.bytes
        PlanLine.objects.bulk_update(lines, _CAME, batch_size=200)
        locked.unplanned = [
            {"unit": one.unit, "category": one.category, "retention": one.retention, "items": one.items,
             "volumes": one.volumes, "bytes": one.bytes} for one in allotted.unplanned
        ]  # fmt: skip
        locked.counted_at = clock.now()
        locked.save(update_fields=["unplanned", "counted_at"])
    return allotted


def count_open_plans() -> int:
    """Count for every plan that is approved and not closed; returns how many there are."""
    found = list(Plan.objects.filter(state="approved").order_by("year"))
    for one in found:
        count_plan(one)
    return len(found)


def target_of(one: PlanLine) -> Target:
    """A line as the figures take it."""
    return Target(
        str(one.pk), one.unit.code, one.category, one.retention, one.quarter, one.items, one.volumes, one.bytes
    )


def _first_moment(year: int) -> datetime:
    return timezone.make_aware(datetime(year, 1, 1))  # noqa: DTZ001  # made aware of where the archive stands
