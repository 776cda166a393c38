"""The grid's saves: some rows at a time, each on the version it was seen in, each with its own answer.

A save is a set of changes like a batch change, without a job: promised, kept in the store, carried out. The same
save sent twice, because its answer was lost, is one save.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError

from shicheng.base.db import atomic
from shicheng.describing import papers, policies
from shicheng.describing.changing import Refused, change_of, changeable_names, line_of, make_line, told
from shicheng.describing.engine import actor_of_set, carry_out, finish
from shicheng.describing.errors import BadRows
from shicheng.describing.lines import may_not_edit, read_items
from shicheng.describing.models import ChangeSet, who
from shicheng.describing.services import checked_reason
from shicheng.holdings.changing import Change
from shicheng.holdings.judging import current_values
from shicheng.holdings.models import Item, ItemVersion
from shicheng.holdings.ports import steady_judge
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage

MOST_ROWS: Final = 500  # in one save
_GIVEN_UP: Final = timedelta(minutes=1)  # so old, a save that is not done was cut off


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the grid sends it: the item, the version it was seen in, element -> new value."""

    item_id: UUID
    version: int
    changes: Mapping[str, str]


def save_rows(
    *, actor: Actor, key: UUID, rows: Sequence[Row], reason: str, settings: Settings
) -> dict[str, dict[str, Any]]:
    """Save rows of the grid and say what became of each, by item id.

    `{"saved": version, "values": {…}}`, `{"faults": {element: words}}` where values can't stand,
    `{"met": {"by", "version", "values"}}` where somebody else was quicker, `{"gone": true}`. Nothing is overwritten
    that the grid had not seen. Raises `BadRows`, `BadOperation`, `NotPermitted`. Slow: not inside a transaction.
    """
    require(actor, policies.GRID)
    if not rows or len(rows) > MOST_ROWS or len({row.item_id for row in rows}) < len(rows):
        raise BadRows(
            _("A save holds one to %(most)s rows, each once.", most=MOST_ROWS), hint=_("Load the page again.")
        )
    reason = checked_reason(reason)
    there = ChangeSet.objects.filter(pk=key, user_id=actor.user_id, kind="grid").first()
    if there is None:
        answers, lines = _judge(actor, rows)
        if not lines:
            return answers
        there = _promise(actor, key, reason, lines, answers)
    finish_save(there, settings)
    return _answers(there)


def _judge(actor: Actor, rows: Sequence[Row]) -> tuple[dict[str, dict[str, Any]], list[tuple[Change, Item]]]:
    """What can be answered at once, and the lines of the rest."""
    items = {item.pk: item for item in read_items(actor, [row.item_id for row in rows])}
    answers: dict[str, dict[str, Any]] = {}
    lines: list[tuple[Change, Item]] = []
    with steady_judge():
        _judge_rows(actor, rows, items, answers, lines)
    return answers, lines


def _judge_rows(
    actor: Actor, rows: Sequence[Row], items: Mapping[UUID, Item], answers: dict[str, dict[str, Any]],
    lines: list[tuple[Change, Item]],
) -> None:  # fmt: skip
    for place, row in enumerate(rows, 1):
        item = items.get(row.item_id)
        if item is None:
            answers[str(row.item_id)] = {"gone": True}
            continue
        known = changeable_names(item.category)
        unknown = [name for name in row.changes if name not in known]
        if unknown:
            fault = str(_("%(name)s can't be changed in the grid.", name=unknown[0]))
            answers[str(item.pk)] = {"faults": {unknown[0]: fault}}
        elif item.version != row.version:
            answers[str(item.pk)] = _met(item, row.version)
        else:
            made = may_not_edit(actor, item, place) or make_line(item, row.changes, place)
            if made is None:
                answers[str(item.pk)] = {"saved": item.version, "values": {}}
            elif isinstance(made, Refused):
                answers[str(item.pk)] = {"faults": told(made.faults)}
            else:
                lines.append((made, item))


def _met(item: Item, version: int) -> dict[str, Any]:
    newest = ItemVersion.objects.filter(item=item, version=item.version).first()
    return {
        "met": {
            "by": newest.by if newest else "", "version": item.version, "seen": version,
            "values": {name: text for name, text in current_values(item).items() if name != "reference_code"},
        }
    }  # fmt: skip


def _promise(
    actor: Actor, key: UUID, reason: str, lines: Sequence[tuple[Change, Item]], answers: dict[str, dict[str, Any]]
) -> ChangeSet:
    now = clock.now()
    try:
        with atomic():
            return ChangeSet.objects.create(
                pk=key, kind="grid", reason=reason, made_by=actor.name[:200], actor=who(actor),
                user_id=actor.user_id, made_at=now, at=now, lines=len(lines), chosen=len(lines),
                act={"lines": [line_of(change, item.reference_code) for change, item in lines]},
                result={"answers": answers},
            )  # fmt: skip
    except IntegrityError:  # the same save arrived twice at once
        there = ChangeSet.objects.filter(pk=key, user_id=actor.user_id, kind="grid").first()
        if there is None:
            raise BadRows(_("The save has the number of another one."), hint=_("Load the page again.")) from None
        return there


def finish_save(changes: ChangeSet, settings: Settings) -> None:
    """Take a promised save through the store and into the rows; safe to run twice and side by side."""
    if changes.state == "done":
        return
    store = storage.open_store(settings)
    lines = changes.act["lines"]
    if not store.has(changes.object_id):
        papers.store_changes(store=store, changes=changes, files=[papers.lines_paper(lines)])
    stored = storage.stored_object(store, changes.object_id)
    with atomic():
        locked = ChangeSet.objects.select_for_update(of=("self",)).get(pk=changes.pk)
        if locked.state == "promised":
            # By the one who promised it; whether they might was asked then.
            from shicheng.people.services import SYSTEM

            carry_out(SYSTEM, locked, [(change_of(line), line["ref"]) for line in lines])
            locked.state = "stored"
            locked.save(update_fields=["state"])
            storage.register_objects([stored], kind="changes")
    changes.refresh_from_db()
    if changes.state == "stored":
        finish(actor_of_set(changes), changes, store, lambda: None)


def finish_saves(settings: Settings, *, watch: Callable[[], None] = lambda: None) -> int:
    """Take every save that was cut off to its end; returns how many there were."""
    before = clock.now() - _GIVEN_UP
    found = list(ChangeSet.objects.filter(kind="grid", state__in=("promised", "stored"), made_at__lt=before))
    for changes in found:
        watch()
        finish_save(changes, settings)
    return len(found)


def _answers(changes: ChangeSet) -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = dict(changes.result["answers"])
    left = set(changes.left_rows)
    items = {str(one.pk): one for one in Item.objects.filter(pk__in=[line["id"] for line in changes.act["lines"]])}
    for line in changes.act["lines"]:
        item = items.get(line["id"])
        if item is None:
            answers[line["id"]] = {"gone": True}
        elif line["row"] in left:
            answers[line["id"]] = _met(item, line["base"])
        else:
            values = {name: pair[1] for name, pair in line["changed"].items()}
            answers[line["id"]] = {"saved": line["base"] + 1, "values": values}
    return answers
