"""The register sheet of fonds 全宗单 (GB/T 13967-2026, Annex B), worked out from the holdings as of a day."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.utils import timezone

from shicheng.holdings import policies
from shicheng.holdings.fonds import listed_fonds
from shicheng.holdings.fonds_types import CLOSING, FONDS_EVENTS, FONDS_KINDS, FondsEventKind
from shicheng.holdings.models import FondsEvent, Item, Volume
from shicheng.kernel import clock
from shicheng.packages.writing_lists import write_sheet
from shicheng.people.types import Actor


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A fonds as it stood on a day."""

    code: str
    name: str
    kind: str
    began: datetime.date | None
    closed: datetime.date | None
    first_year: int | None
    last_year: int | None
    items: int
    by_category: tuple[tuple[str, int], ...]
    volumes: int
    location: str
    changes: tuple[FondsEvent, ...]


def register(actor: Actor, day: datetime.date | None = None) -> list[RegisterRow]:
    """Every fonds the actor may see whole, as it stood at the end of a day (today if none is given)."""
    today = timezone.localdate(clock.now())
    day = min(day or today, today)
    counts, years = _numbers(actor, None if day == today else day)
    happened: dict[object, list[FondsEvent]] = defaultdict(list)
    for event in FondsEvent.objects.filter(fonds__in=listed_fonds(actor)):
        happened[event.fonds_id].append(event)
    end = _end(day)
    volumes = dict(
        Volume.objects.filter(is_virtual=False, made_at__lt=end, fonds__in=listed_fonds(actor))
        .order_by().values_list("fonds_id").annotate(count=Count("pk"))
    )  # fmt: skip
    rows = []
    for fonds in listed_fonds(actor):
        events = happened[fonds.pk]
        since = [one for one in events if one.on > day]
        if (fonds.began_on and fonds.began_on > day) or (fonds.began_on is None and fonds.founded >= end):
            continue
        by_category = tuple(sorted(counts[fonds.pk].items()))
        first, last = years.get(fonds.pk, (None, None))
        rows.append(
            RegisterRow(
                code=fonds.code,
                name=next((one.name_before for one in since if one.name_before), fonds.name),
                kind=str(FONDS_KINDS.get(fonds.kind, fonds.kind)),
                began=fonds.began_on,
                closed=_closed(events, day),
                first_year=first,
                last_year=last,
                items=sum(count for _category, count in by_category),
                by_category=by_category,
                volumes=volumes.get(fonds.pk, 0),
                location=fonds.location,
                changes=tuple(one for one in events if one.on <= day),
            )
        )
    return rows


def write_register(rows: list[RegisterRow], path: Path) -> None:
    """Write the sheet as a workbook with the columns of Annex B."""
    header = [
        "序号",
        "全宗号",
        "全宗名称",
        "全宗属类",
        "起止时间",
        "档案数量（件）",
        "案卷",
        "存放位置",
        "演变关联情况",
        "备注",
    ]
    lines = [
        [
            str(number), row.code, row.name, row.kind, span(row), "；".join(
                [f"{row.items}", *(f"{category or '–'} {count}" for category, count in row.by_category)]
            ), str(row.volumes), row.location, "；".join(change_words(one) for one in row.changes), "",
        ]
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip
    write_sheet(path, "全宗单", header, lines)


def span(row: RegisterRow) -> str:
    """From when to when: of the agency where that is known, else of its records."""
    first = row.began.isoformat() if row.began else str(row.first_year or "")
    last = row.closed.isoformat() if row.closed else ""
    return f"{first}—{last}" if first or last else ""


def change_words(one: FondsEvent) -> str:
    """A change of a fonds in a few words."""
    others = "、".join(one.others)
    parts = [one.on.isoformat(), str(FONDS_EVENTS.get(one.kind, one.kind)), one.name_before, others, one.decision]
    return " ".join(part for part in parts if part)


def _closed(events: list[FondsEvent], day: datetime.date) -> datetime.date | None:
    closed = None
    for one in events:
        if one.on > day:
            continue
        if one.kind in CLOSING:
            closed = one.on
        elif one.kind == FondsEventKind.RESTORED:
            closed = None
    return closed


def _numbers(
    actor: Actor, day: datetime.date | None
) -> tuple[dict[object, dict[str, int]], dict[object, tuple[int | None, int | None]]]:
    counts: dict[object, dict[str, int]] = defaultdict(dict)
    years: dict[object, tuple[int | None, int | None]] = {}
    if day is None:  # the numbers of today are kept
        kinds = policies.visible_tallies(actor).order_by()
        for fonds, category, number in kinds.values_list("fonds", "category").annotate(number=Sum("items")):
            if number:
                counts[fonds][category] = number
        found = kinds.filter(items__gt=0, year__isnull=False).values_list("fonds")
        spans = list(found.annotate(first=Min("year"), last=Max("year")))
    else:
        items: QuerySet[Item] = policies.visible(actor).filter(registered__lt=_end(day)).order_by()
        for fonds, category, number in items.values_list("fonds", "category").annotate(number=Count("pk")):
            counts[fonds][category] = number
        spans = list(items.values_list("fonds").annotate(first=Min("year"), last=Max("year")))
    for fonds, first, last in spans:
        years[fonds] = (first, last)
    return counts, years


def _end(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time()))


def home_of(actor: Actor, code: str) -> RegisterRow | None:
    """One fonds as the register of today tells it."""
    return next((row for row in register(actor) if row.code == code), None)
