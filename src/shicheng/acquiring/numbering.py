"""Numbers of donors, acquisitions, deeds, thanks and events: by year, without gaps, none given twice."""

from __future__ import annotations

from datetime import date
from typing import Final

from shicheng.acquiring.models import Series
from shicheng.settings import Settings

_LETTERS: Final = {"donor": "D", "acquisition": "A", "event": "E"}
PAPERS: Final = ("deed", "certificate", "letter")


def next_number(kind: str, day: date) -> str:
    """The next number of a kind, such as A2026-0001. To be called inside `atomic()`."""
    return f"{_LETTERS[kind]}{day.year}-{_next(kind, day.year):04d}"


def next_paper_number(kind: str, day: date, settings: Settings) -> str:
    """The next number of a kind of papers, by the template the settings give. To be called inside `atomic()`."""
    template = {
        "deed": settings.deed_numbers, "certificate": settings.certificate_numbers, "letter": settings.letter_numbers,
    }[kind]  # fmt: skip
    return template.replace("{year}", str(day.year)).replace("{number}", str(_next(kind, day.year)))[:60]


def reach(kind: str, year: int, last: int) -> None:
    """Let a series go on behind a number that was given before the database was made anew."""
    row, _made = Series.objects.select_for_update().get_or_create(kind=kind, year=year)
    if row.last < last:
        row.last = last
        row.save(update_fields=["last"])


def counts(kinds: tuple[str, ...] = ("donor", "acquisition", *PAPERS)) -> list[list[str | int]]:
    """How far each series went, for what is kept in the store."""
    rows = Series.objects.filter(kind__in=kinds).order_by("kind", "year")
    return [[row.kind, row.year, row.last] for row in rows]


def _next(kind: str, year: int) -> int:
    Series.objects.get_or_create(kind=kind, year=year)
    row = Series.objects.select_for_update().get(kind=kind, year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
