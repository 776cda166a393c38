"""Where the lines of a set come from: a selection and an operation, or an earlier set that is undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from shicheng.base.db import chunked
from shicheng.describing import papers
from shicheng.describing.changing import Refused, apply_operation, change_of, change_to
from shicheng.describing.models import ChangeSet
from shicheng.describing.operations import Operation
from shicheng.holdings import policies as holdings
from shicheng.holdings.changing import Change, with_fonds
from shicheng.holdings.judging import current_values
from shicheng.holdings.models import Item
from shicheng.holdings.ports import steady_judge
from shicheng.holdings.types import Fault
from shicheng.kernel.messages import message as _
from shicheng.people.policies import allows
from shicheng.people.types import Actor
from shicheng.schemes.fields import ADDED
from shicheng.search.choosing import Chosen
from shicheng.search.selections import Selection
from shicheng.settings import Settings
from shicheng.storage.ports import Store

PART = 1000  # records read at once
Line = tuple[Change, str]
Part = tuple[int, int, list[Line], list[Refused]]  # records looked at, all of them, lines with codes, refusals


def changes_of(actor: Actor, changes: ChangeSet, settings: Settings) -> Iterator[Part]:
    """The lines of a batch change, part by part."""
    selection = Selection.from_json(changes.act["selection"])
    operation = Operation.from_json(changes.act["operation"])
    ids = Chosen(actor, selection, settings.index_path).ids()
    row = 0
    yield 0, len(ids), [], []
    for part in chunked(ids, PART):
        lines, refused = make_lines(actor, read_items(actor, part), operation, after=row)
        row += len(part)
        yield len(part), len(ids), lines, refused


def make_lines(
    actor: Actor, items: Sequence[Item], operation: Operation, *, after: int = 0
) -> tuple[list[Line], list[Refused]]:
    """What an operation makes of some records; rows are counted on from behind `after`."""
    lines: list[Line] = []
    refused: list[Refused] = []
    with steady_judge():
        for row, item in enumerate(items, after + 1):
            made = may_not_edit(actor, item, row) or apply_operation(item, operation, row)
            if isinstance(made, Refused):
                refused.append(made)
            elif made is not None:
                lines.append((made, item.reference_code))
    return lines, refused


def may_not_edit(actor: Actor, item: Item, row: int) -> Refused | None:
    """Why a record that may be seen may not be changed by this actor; None if it may."""
    if allows(actor, holdings.EDIT, place=holdings.place_of(item)):
        return None
    fault = Fault(
        "",
        _("%(name)s may not edit descriptions in fonds %(fonds)s.", name=actor.name, fonds=item.fonds.code),
        _("Ask the security administrator for a grant that reaches this record."),
    )
    return Refused(row, item.pk, item.reference_code, (fault,))


def read_items(actor: Actor, ids: Sequence[UUID]) -> list[Item]:
    """The records of some ids that the actor may see, in the order of the ids."""
    found = holdings.visible(actor).filter(pk__in=ids).defer("process").order_by()
    by_id = {item.pk: item for item in with_fonds(list(found))}
    return [by_id[one] for one in ids if one in by_id]


def undoing_of(actor: Actor, changes: ChangeSet, store: Store) -> Iterator[Part]:
    """The lines that take an earlier set back: values that are still as it made them become what they were."""
    undone = changes.undoes
    assert undone is not None
    left = set(undone.left_rows) | papers.read_left(store, undone.object_id)
    total = undone.lines - len(left)
    yield 0, total, [], []
    lines = (line for line in papers.read_lines(store, undone.object_id) if line["row"] not in left)
    while part := [change_of(line) for line, _count in zip(lines, range(PART), strict=False)]:
        items = {item.pk: item for item in read_items(actor, [one.item_id for one in part])}
        made: list[Line] = []
        refused: list[Refused] = []
        for one in part:
            item = items.get(one.item_id)
            if item is None:
                continue
            back = may_not_edit(actor, item, one.row) or _back(item, one)
            if isinstance(back, Refused):
                refused.append(back)
            elif back is not None:
                made.append((back, item.reference_code))
        yield len(part), total, made, refused


def _back(item: Item, one: Change) -> Change | Refused | None:
    """Values that stood there once may stand there again; what was changed since stays."""
    values = {f"{ADDED}{name}": text for name, text in item.extra.items()} | current_values(item)
    now = {name: str(values.get(name, "")) for name in one.changed}
    still = {name: old for name, (old, new) in one.changed.items() if now[name] == new and old != new}
    if not still:
        if all(now[name] == old for name, (old, _new) in one.changed.items()):
            return None
        return Refused(
            one.row, item.pk, item.reference_code,
            tuple(
                Fault(name, _("The value was changed again since."), _("Look at the record and decide what is right."))
                for name in one.changed
            ),
        )  # fmt: skip
    return change_to(item, one.row, still, now)
