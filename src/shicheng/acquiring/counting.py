"""Acquisitions in numbers, year by year: what was offered, agreed on, came, and was paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from shicheng.acquiring import policies, selectors
from shicheng.people.types import Actor


@dataclass(slots=True)
class Year:
    """One year. Things are counted in the units they were noted in; money is in yuan."""

    year: int
    noted: int = 0
    agreed: int = 0
    declined: int = 0  # of those noted in this year
    received: int = 0
    accessioned: int = 0
    returned: int = 0
    ways: dict[str, int] = field(default_factory=dict)  # of those received
    things: dict[str, int] = field(default_factory=dict)  # received, by what they are counted in
    costs: dict[str, Decimal] = field(default_factory=dict)

    @property
    def spent(self) -> Decimal:
        """What was paid in all."""
        return sum(self.costs.values(), Decimal(0))

    def to_json(self) -> dict[str, Any]:
        """For programs; money as text, so that no digit is lost."""
        names = ("year", "noted", "agreed", "declined", "received", "accessioned", "returned", "ways", "things")
        costs = {kind: str(amount) for kind, amount in self.costs.items()}
        return {**{name: getattr(self, name) for name in names}, "costs": costs, "spent": str(self.spent)}


def years(actor: Actor) -> list[Year]:
    """Every year something was noted or paid in, the newest first, as far as the actor may see it."""
    found: dict[int, Year] = {}

    def of(year: int) -> Year:
        return found.setdefault(year, Year(year))

    seen = policies.visible(actor).order_by()
    for name, column in (
        ("noted", "noted_on"), ("agreed", "agreed_on"), ("received", "received_on"),
        ("accessioned", "accessioned_on"), ("returned", "returned_on"),
    ):  # fmt: skip
        rows = seen.exclude(**{column: None}).values_list(f"{column}__year").annotate(Count("pk"))
        for year, number in rows:
            setattr(of(year), name, number)
    for year, number in seen.filter(state="declined").values_list("noted_on__year").annotate(Count("pk")):
        of(year).declined = number
    came = seen.exclude(received_on=None)
    for year, way, number in came.values_list("received_on__year", "way").annotate(Count("pk")):
        of(year).ways[way] = number
    counted = came.exclude(quantity=None).values_list("received_on__year", "counted_in").annotate(Sum("quantity"))
    for year, unit, number in counted:
        of(year).things[unit] = number
    paid = selectors.costs(actor).order_by().values_list("on__year", "kind").annotate(Sum("amount_fen"))
    for year, kind, fen in paid:
        of(year).costs[kind] = Decimal(fen).scaleb(-2)
    return [found[year] for year in sorted(found, reverse=True)]
