"""Making sets of changes anew from the store alone: in the order they happened, among imports and their undoings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from shicheng.base.db import atomic
from shicheng.describing import papers
from shicheng.describing.changing import change_of
from shicheng.describing.engine import BATCH, in_parts, take_over
from shicheng.describing.models import ChangeSet
from shicheng.holdings.changing import change_items
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act


class ChangeRestorer:
    """Brings batch changes and saves of the grid back when the database is made anew."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Tell whether the object keeps a set of changes."""
        return papers.is_change_object(store.inventory(object_id).state())

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """Each set as an act of its moment."""
        for object_id in object_ids:
            at = papers.read_about(store, object_id)["at"]
            yield Act(datetime.fromisoformat(at), partial(replay_changes, actor, store, object_id))


def replay_changes(actor: Actor, store: Store, object_id: str) -> int:
    """Make the row of a set and the versions it made anew; 0 if all was there. Safe to run twice and after a crash.

    Lines whose items have the version already, because their own objects tell of it, are passed over.
    """
    about = papers.read_about(store, object_id)
    changes, new = _row(about)
    if not new and changes.state != "stored":
        return 0
    left = papers.read_left(store, object_id)
    assert changes.at is not None
    lines = (line for line in papers.read_lines(store, object_id) if line["row"] not in left)
    for part in in_parts(lines, BATCH):
        with atomic():
            change_items(
                actor=actor, origin=changes.pk, changes=[change_of(line) for line in part], at=changes.at,
                by=changes.made_by, reason=changes.reason,
            )  # fmt: skip
    changes.state, changes.done_at, changes.line = "done", changes.at, changes.lines
    changes.left_rows, changes.left = sorted(left), len(left)
    changes.changed = changes.lines - len(left)
    with atomic():
        changes.save()
        if changes.undoes_id is not None:
            ChangeSet.objects.filter(pk=changes.undoes_id).update(state="undone")
        storage.register_objects([storage.stored_object(store, object_id)], kind="changes")
    return 1


def _row(about: dict[str, Any]) -> tuple[ChangeSet, bool]:
    who = about["actor"]
    undoes = UUID(about["undoes"]) if about["undoes"] else None
    made, new = ChangeSet.objects.get_or_create(
        pk=UUID(about["id"]),
        defaults={
            "number": about["number"], "kind": about["kind"], "state": "stored", "act": about["act"],
            "reason": about["reason"], "made_by": about["made_by"], "actor": who,
            "user_id": UUID(who["user_id"]) if who["user_id"] else None,
            "made_at": datetime.fromisoformat(about["made_at"]), "expected": about["expected"],
            "undoes": ChangeSet.objects.filter(pk=undoes).first() if undoes else None,
        },
    )  # fmt: skip
    if new:
        take_over(made, about)
    return made, new
