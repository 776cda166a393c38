"""Making the lines of a set: what becomes of each record, and why not where it can't."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shicheng.describing.operations import Operation
from shicheng.holdings.changing import Change
from shicheng.holdings.judging import (
    EDITABLE,
    cleaned,
    current_values,
    editable_names,
    judge_changes,
    parted,
    with_changes,
)
from shicheng.holdings.models import Item
from shicheng.holdings.types import Fault
from shicheng.holdings.words import ElementName
from shicheng.kernel.reference_codes import CATEGORIES

# A reference code is given and changed by numbering, one by one or by its own plan, never by the way.
CHANGEABLE: Final = tuple(name for name in EDITABLE if name != "reference_code")


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that can't be changed as asked."""

    row: int
    item_id: UUID
    ref: str
    faults: tuple[Fault, ...]


def changeable_names(category: str) -> tuple[str, ...]:
    """What records of a category may be changed in here."""
    return tuple(name for name in editable_names(category) if name != "reference_code")


def changeable() -> dict[str, str]:
    """What many records may be changed in, with labels in the present language; each category takes its own fields."""
    names = dict.fromkeys((*CHANGEABLE, *(name for code in ("", *CATEGORIES) for name in changeable_names(code))))
    return {name: str(ElementName(name)) for name in names}


def make_line(
    item: Item, wanted: Mapping[str, str], row: int, now: Mapping[str, str] | None = None
) -> Change | Refused | None:
    """The line that gives an item these values; None where they are its values already. `now` are those it has."""
    now = current_values(item) if now is None else now
    changed = {name: text for name, value in wanted.items() if (text := cleaned(value, name)) != now.get(name, "")}
    if not changed:
        return None
    faults = judge_changes(item, {**now, **changed}, changed)
    if faults:
        return Refused(row, item.pk, item.reference_code, tuple(faults))
    return change_to(item, row, changed, now)


def change_to(item: Item, row: int, changed: Mapping[str, str], now: Mapping[str, str]) -> Change:
    """The change that gives an item some values, judged or such as stood there before."""
    elements, added = parted(changed)
    return Change(
        row, item.pk, item.version, with_changes({name: str(text) for name, text in item.elements.items()}, elements),
        with_changes(item.extra, added), {name: (now.get(name, ""), value) for name, value in changed.items()},
    )  # fmt: skip


def apply_operation(item: Item, operation: Operation, row: int) -> Change | Refused | None:
    """The line an operation makes for an item; None where it changes nothing."""
    now = current_values(item)
    old = now.get(operation.element, "")
    new = operation.apply(old)
    return None if new == old else make_line(item, {operation.element: new}, row, now)


def line_of(change: Change, ref: str) -> dict[str, Any]:
    """A line as the store keeps it."""
    return {
        "row": change.row, "id": str(change.item_id), "ref": ref, "base": change.base,
        "changed": {name: list(pair) for name, pair in sorted(change.changed.items())}, "elements": change.elements,
        "extra": change.extra,
    }  # fmt: skip


def change_of(line: Mapping[str, Any]) -> Change:
    """The change a line of the store says."""
    return Change(
        line["row"], UUID(line["id"]), line["base"], line["elements"], line["extra"],
        {name: (pair[0], pair[1]) for name, pair in line["changed"].items()},
    )  # fmt: skip


def fault_of(one: Refused) -> dict[str, Any]:
    """A refusal as the store keeps it."""
    return {
        "row": one.row, "id": str(one.item_id), "ref": one.ref,
        "faults": [
            {
                "element": fault.element, "reason": fault.reason.to_json(),
                "advice": fault.advice.to_json() if fault.advice else None,
            }
            for fault in one.faults
        ],
    }  # fmt: skip


def told(faults: Iterable[Fault]) -> dict[str, str]:
    """Faults by element, in the present language."""
    found: dict[str, str] = {}
    for fault in faults:
        found.setdefault(fault.element, str(fault))
    return found
