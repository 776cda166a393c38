"""The work of a set of changes: its lines are made, then kept in the store, then carried out. Safe to run twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.describing import events, papers
from shicheng.describing.changing import change_of, fault_of, line_of
from shicheng.describing.filled import filled_of, forget_workbook
from shicheng.describing.lines import Part, changes_of, undoing_of
from shicheng.describing.models import ChangeSet
from shicheng.describing.states import CHANGE
from shicheng.holdings.changing import Change, change_items
from shicheng.holdings.events import ITEM_EDITED
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage import services as storage
from shicheng.storage.ports import Store

BATCH: Final = 2000  # records in one transaction
T = TypeVar("T")
Fence = Callable[[], None]


def run_changes(run: Run, *, change_id: UUID, settings: Settings) -> dict[str, Any]:
    """Bring a batch change, or an undoing, from where it stands to its end; returns its counts."""
    changes = ChangeSet.objects.get(pk=change_id)
    store = storage.open_store(settings)
    folder = papers.folder_of(settings, changes.pk)
    if changes.state == "promised":
        try:
            _keep(run, changes, store, folder, settings)
        except ShichengError as error:
            _fail(run.actor, changes, error)
            shutil.rmtree(folder, ignore_errors=True)
            raise
    if changes.kind == "sheet":
        forget_workbook(settings, changes.pk)
    if changes.state == "stored":
        _carry_out(run, changes, store)
        finish(run.actor, changes, store, run.fence)
    shutil.rmtree(folder, ignore_errors=True)
    return counts(changes)


def counts(changes: ChangeSet) -> dict[str, Any]:
    """The numbers of a set."""
    return {"change": changes.number, **{name: getattr(changes, name) for name in ("changed", "faulty", "left")}}


def actor_of_set(changes: ChangeSet) -> Actor:
    """Who had a set made, as the log names them."""
    who = changes.actor
    return Actor(kind=who["kind"], name=who["name"], user_id=UUID(who["user_id"]) if who["user_id"] else None)


def _keep(run: Run, changes: ChangeSet, store: Store, folder: Path, settings: Settings) -> None:
    """Make the lines and keep them in the store."""
    if store.has(changes.object_id):  # an attempt before died after this
        take_over(changes, papers.read_about(store, changes.object_id))
        stored = storage.stored_object(store, changes.object_id)
    else:
        written = papers.LineFiles(folder)
        done = 0
        for looked_at, total, lines, refused in _lines(run.actor, changes, store, settings):
            written.add((line_of(change, ref) for change, ref in lines), map(fault_of, refused))
            done += looked_at
            changes.chosen = total
            run.progress(done, total * 2)
        changes.lines, changes.faulty = written.lines, written.faults
        changes.at = clock.now()  # after everything was read: what is older than this was seen
        stored = papers.store_changes(store=store, changes=changes, files=written.drafts())
    changes.state = CHANGE.next(changes.state, "store")
    with atomic():
        run.fence()
        changes.save()
        storage.register_objects([stored], kind="changes")
        details = {"change": changes.number, "lines": changes.lines, "inventory": stored.inventory_digest}
        audit.append(run.actor, events.STORED, ("change", changes.pk), details)


def _lines(actor: Actor, changes: ChangeSet, store: Store, settings: Settings) -> Iterator[Part]:
    match changes.kind:
        case "undo":
            return undoing_of(actor, changes, store)
        case "sheet":
            return filled_of(actor, changes, settings)
    return changes_of(actor, changes, settings)


def take_over(changes: ChangeSet, about: dict[str, Any]) -> None:
    """Let a row say what the papers in the store say."""
    changes.at = datetime.fromisoformat(about["at"])
    changes.chosen, changes.lines, changes.faulty = about["chosen"], about["lines"], about["faulty"]


def _carry_out(run: Run, changes: ChangeSet, store: Store) -> None:
    lines = papers.read_lines(store, changes.object_id, after=changes.line)
    for part in in_parts(lines, BATCH):
        run.progress(changes.chosen + changes.line, changes.chosen + changes.lines)
        with atomic():
            run.fence()
            carry_out(run.actor, changes, [(change_of(line), line["ref"]) for line in part])


def carry_out(actor: Actor, changes: ChangeSet, lines: Sequence[tuple[Change, str]]) -> None:
    """Change the records of some lines, and say so in the log. To be called inside `atomic()`."""
    assert changes.at is not None
    result = change_items(
        actor=actor, origin=changes.pk, changes=[change for change, _ref in lines], at=changes.at, by=changes.made_by,
        reason=changes.reason,
    )  # fmt: skip
    changes.line += len(lines)
    changes.changed += len(result.done)
    changes.left += len(result.left)
    changes.left_rows = [*changes.left_rows, *(one.row for one in result.left)]
    changes.save(update_fields=["line", "changed", "left", "left_rows"])
    refs = {change.row: ref for change, ref in lines}
    audit.append_many(
        actor_of_set(changes),
        [
            (
                ITEM_EDITED, ("item", str(item.pk)),
                {
                    "ref": refs[change.row], "version": change.base + 1, "reason": changes.reason,
                    "object": changes.object_id, "set": changes.number or str(changes.pk),
                    "changes": {name: list(pair) for name, pair in sorted(change.changed.items())},
                },
            )
            for change, item in result.done
        ],
    )  # fmt: skip


def finish(actor: Actor, changes: ChangeSet, store: Store, fence: Fence) -> None:
    """Say what was not carried out, in the store too, and that the set is done."""
    stored = None
    if changes.left_rows:
        stored = papers.store_outcome(store=store, changes=changes, rows=changes.left_rows)
    changes.state, changes.done_at = CHANGE.next(changes.state, "finish"), clock.now()
    with atomic():
        fence()
        changes.save(update_fields=["state", "done_at"])
        if stored is not None:
            storage.register_objects([stored], kind="changes")
        if changes.undoes_id is not None:
            ChangeSet.objects.filter(pk=changes.undoes_id).update(state="undone")
        if changes.kind != "grid":
            audit.append(actor, events.DONE, ("change", changes.pk), counts(changes))


def _fail(actor: Actor, changes: ChangeSet, error: ShichengError) -> None:
    changes.state, changes.result = CHANGE.next(changes.state, "fail"), {"why": str(error)}
    with atomic():
        changes.save(update_fields=["state", "result"])
        details = {"change": changes.number, "why": str(error)}
        audit.append(actor, events.FAILED, ("change", changes.pk), details)


def in_parts(values: Iterator[T], size: int) -> Iterator[list[T]]:
    """So many at a time."""
    while part := list(islice(values, size)):
        yield part
