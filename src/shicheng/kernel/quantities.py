"""Quantities of archives in their units, and byte counts for people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _


class QuantityError(ShichengError):
    """A text that is no quantity of archives."""

    code = "kernel.quantity.invalid"
    http_status = 422


class Unit(StrEnum):
    """What archives are counted in."""

    VOLUMES = "卷"
    ITEMS = "件"
    SHEETS = "张"
    DISCS = "盘"
    GIGABYTES = "GB"
    PAGES = "页"

    @property
    def label(self) -> Message:
        """The unit for people."""
        return _LABELS[self]


_LABELS: Final = {
    Unit.VOLUMES: _("volumes"),
    Unit.ITEMS: _("items"),
    Unit.SHEETS: _("sheets"),
    Unit.DISCS: _("discs"),
    Unit.GIGABYTES: _("GB"),
    Unit.PAGES: _("pages"),
}
_ALIASES: Final = {
    "卷": Unit.VOLUMES,
    "案卷": Unit.VOLUMES,
    "册": Unit.VOLUMES,
    "件": Unit.ITEMS,
    "张": Unit.SHEETS,
    "幅": Unit.SHEETS,
    "盘": Unit.DISCS,
    "GB": Unit.GIGABYTES,
    "G": Unit.GIGABYTES,
    "页": Unit.PAGES,
}
_ONE: Final = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(GB|G|案卷|[卷册件张幅盘页])", re.IGNORECASE)
_GAP: Final = re.compile(r"[\s、,;和及/]*")

_BYTE_UNITS: Final = ("B", "KB", "MB", "GB", "TB", "PB")
BYTES_PER_GB: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount in one unit; only gigabytes have a fraction."""

    amount: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount < 0:
            raise ValueError(f"not an amount: {self.amount}")
        if self.unit is not Unit.GIGABYTES and self.amount != self.amount.to_integral_value():
            raise ValueError(f"half a {self.unit}: {self.amount}")

    def __str__(self) -> str:
        return f"{self.amount:f} {self.unit}" if self.unit is Unit.GIGABYTES else f"{self.amount:f}{self.unit}"

    def __add__(self, other: Quantity) -> Quantity:
        if other.unit is not self.unit:
            raise ValueError(f"{self.unit} and {other.unit} do not add up")
        return Quantity(self.amount + other.amount, self.unit)


def parse_quantities(text: str) -> tuple[Quantity, ...]:
    """Read `12卷`, `3 盘 1.250GB`, `1,204件、56张`; raises `QuantityError`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    found: list[Quantity] = []
    place = 0
    while one := _ONE.match(plain, place):
        try:
            amount = Decimal(one[1].replace(",", ""))
            found.append(Quantity(amount, _ALIASES[one[2].upper()]))
        except ValueError:
            break
        gap = _GAP.match(plain, one.end())
        place = gap.end() if gap else one.end()
    if not found or place < len(plain):
        raise QuantityError(
            _("“%(text)s” is not a quantity of archives.", text=text),
            hint=_("Write a number and a unit: 卷, 件, 张, 盘, GB or 页, such as 12卷 or 1.250GB."),
        )
    return tuple(found)


def total(quantities: Iterable[Quantity]) -> tuple[Quantity, ...]:
    """Add up unit by unit, in the order of the units."""
    sums: dict[Unit, Quantity] = {}
    for one in quantities:
        sums[one.unit] = sums[one.unit] + one if one.unit in sums else one
    return tuple(sums[unit] for unit in Unit if unit in sums)


def gigabytes(count: int) -> Quantity:
    """Return a number of bytes in GB with three decimals, as the transfer form 登记表 asks."""
    amount = (Decimal(count) / BYTES_PER_GB).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return Quantity(amount, Unit.GIGABYTES)


def format_bytes(count: int) -> str:
    """Return a number of bytes for people: `0 B`, `1.5 KB`, `2.0 GB`; 1 KB is 1,024 bytes.

    A measure is rounded half up and never shown as 1,024 of a smaller one.
    """
    if abs(count) < 1024:
        return f"{count} B"
    measure = Decimal(count)
    for unit in _BYTE_UNITS[1:]:
        measure /= 1024
        shown = measure.quantize(Decimal("0.1"), ROUND_HALF_UP)
        if abs(shown) < 1024 or unit == _BYTE_UNITS[-1]:
            break
    return f"{shown} {unit}"
