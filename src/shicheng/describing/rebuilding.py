"""Making sets of changes anew from the store alone: in the order they happened, among imports and their undoings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import F

from shicheng.audit import selectors as audit
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.describing import events, linking, papers
from shicheng.describing.authorities import fold_name
from shicheng.describing.changing import change_of
from shicheng.describing.engine import BATCH, in_parts, take_over
from shicheng.describing.models import Authority, AuthorityName, ChangeSet
from shicheng.holdings.changing import change_items
from shicheng.holdings.models import Item
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
        # Authorities stand in the log alone, which is read back before; their links are drawn when all else is there.
        yield Act(datetime.max.replace(tzinfo=UTC), restore_authorities)


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


def restore_authorities() -> int:
    """Write the authorities the log tells of, where there are none. They are no objects, so none is counted."""
    if Authority.objects.exists():
        return 0
    with atomic():
        for entry in audit.entries_of((events.AUTHORITY_SAVED, events.AUTHORITIES_MERGED, events.AUTHORITY_SPLIT)):
            if "names" in entry.details:
                _replay(entry)
    if AuthorityName.objects.exists():
        linking.relink(Item.objects.order_by("id").values_list("pk", flat=True).iterator(chunk_size=5000))
    return 0


def _replay(entry: Entry) -> None:
    details, key = entry.details, UUID(entry.subject_id)
    if entry.event == events.AUTHORITY_SAVED:
        fields = {name: details[name] for name in ("kind", "name", "dates", "note", "revision")}
        fields["changed_at"] = entry.at
        made = {**fields, "made_by": entry.actor_name, "made_at": entry.at}
        Authority.objects.update_or_create(pk=key, defaults=fields, create_defaults=made)
    elif entry.event == events.AUTHORITIES_MERGED:
        into = UUID(details["into_id"])
        Authority.objects.filter(pk=key).update(merged_into=into, changed_at=entry.at)
        Authority.objects.filter(pk=into).update(revision=F("revision") + 1, changed_at=entry.at)
        key = into
    else:
        changed = Authority.objects.filter(pk=key)
        changed.update(merged_into=None, revision=F("revision") + 1, changed_at=entry.at)
    _give_names(Authority.objects.get(pk=key), details["names"])


def _give_names(kept: Authority, names: list[list[str]]) -> None:
    folded = {fold_name(name): (name, came_from) for name, came_from in names}
    AuthorityName.objects.filter(authority=kept).exclude(folded__in=list(folded)).delete()
    for one, (name, came_from) in folded.items():
        AuthorityName.objects.update_or_create(
            kind=kept.kind, folded=one,
            defaults={
                "authority": kept, "name": name, "is_main": one == fold_name(kept.name),
                "came_from_id": UUID(came_from) if came_from else None,
            },
        )  # fmt: skip


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
