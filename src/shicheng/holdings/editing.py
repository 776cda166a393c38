"""Editing descriptions by hand: a new version of the item, in the store before it is in the rows.

First a short transaction promises the edit, then the store gets the new version, then a second transaction writes
the rows and the log. An edit that was cut off is taken to its end by whoever finds it: the next edit, the job
`holdings.finish_edits`, or a verification. The same edit sent twice is one edit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events, policies, selectors
from shicheng.holdings.describing import draw_columns
from shicheng.holdings.errors import BadValues, EditedMeanwhile, VersionNotFound
from shicheng.holdings.item_papers import NewDescription, build_version, is_stored
from shicheng.holdings.judging import (
    EDITABLE,
    cleaned,
    current_values,
    judge_changes,
    parted,
    with_changes,
)
from shicheng.holdings.models import BegunEdit, HandSet, Item, ItemVersion
from shicheng.holdings.past_rows import change_item, write_past
from shicheng.holdings.types import Fault, Past, PastVersion
from shicheng.kernel import clock
from shicheng.kernel.identifiers import derived_id
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor
from shicheng.schemes.fields import ADDED, is_added
from shicheng.settings.types import Settings
from shicheng.storage import services as storage
from shicheng.storage.errors import ObjectConflict
from shicheng.storage.ports import Store

LONGEST_REASON: Final = 1000
_ATTEMPTS: Final = 4


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit came to; `is_new` is False where it had been made already or changed nothing."""

    item: Item
    version: int
    is_new: bool


def edit_item(
    *, actor: Actor, item_id: UUID, changes: Mapping[str, str], version: int | None, reason: str, settings: Settings
) -> Edited:
    """Change elements of an item's description; "" takes an element away.

    `version` is the one the changes were made on; None takes the present one. Raises `BadValues`,
    `EditedMeanwhile` if the item got another version since, `NotPermitted`, `ItemNotFound`. Slow: never to be
    called inside a transaction.
    """
    return _edit(actor, item_id, changes, version, reason, settings, judged=frozenset(changes))


def revert_item(
    *, actor: Actor, item_id: UUID, to: int, version: int | None, reason: str, settings: Settings
) -> Edited:
    """Make the description what it was in version `to`, as a new version. Otherwise as `edit_item`."""
    item = _require_item(actor, item_id)
    there = ItemVersion.objects.filter(item=item, version=to).first()
    if there is None and (to != 1 or item.version != 1):
        raise VersionNotFound(
            _("%(ref)s has no version %(number)s.", ref=item.reference_code, number=to),
            hint=_("Its newest version is %(newest)s.", newest=item.version),
        )
    then = item.elements if there is None else there.elements
    changes = {name: str(then.get(name, "")) for name in EDITABLE}
    there_extra = item.extra if there is None else there.extra
    changes |= {
        f"{ADDED}{name}": str(there_extra.get(name, ""))
        for name in {*there_extra, *item.extra}
        if there_extra.get(name, "") != item.extra.get(name, "")
    }
    if not changes["reference_code"]:
        changes["reference_code"] = current_values(item).get("reference_code", "")
    # Values that stood there once may stand there again; only a code may have been given away since.
    return _edit(actor, item_id, changes, version, reason, settings, judged={"reference_code"})


def _edit(
    actor: Actor, item_id: UUID, changes: Mapping[str, str], version: int | None, reason: str, settings: Settings,
    *, judged: Collection[str],
) -> Edited:  # fmt: skip
    item = _require_item(actor, item_id)
    _finish_found(item, settings)
    item = selectors.item(actor, item_id)
    wanted = {name: cleaned(value, name) for name, value in changes.items()}
    reason = " ".join(reason.split())
    if version is not None and version != item.version:
        if _is_made(item, version, wanted, reason, actor):
            return Edited(item, version + 1, is_new=False)
        raise _edited_meanwhile(item, version)
    now = {f"{ADDED}{name}": str(text) for name, text in item.extra.items()} | current_values(item)
    changed = {name: value for name, value in wanted.items() if now.get(name, "") != value}
    if not changed:
        return Edited(item, item.version, is_new=False)
    _require_sound(item, {**now, **changed}, [name for name in changed if name in judged], reason)
    begun = _begin(actor, item, changed, reason)
    if begun is None:  # somebody else began or ended one in this very moment
        _finish_found(item, settings)
        raise _edited_meanwhile(selectors.item(actor, item_id), item.version)
    finish_edit(begun, settings)
    return Edited(selectors.item(actor, item_id), begun.version, is_new=True)


def finish_edits(settings: Settings) -> int:
    """Take every edit that was cut off to its end; returns how many there were."""
    found = list(BegunEdit.objects.select_related("item"))
    for begun in found:
        finish_edit(begun, settings)
    return len(found)


def finish_edit(begun: BegunEdit, settings: Settings) -> None:
    """Take a promised edit through the store and into the rows; safe to run twice and side by side."""
    store = storage.open_store(settings)
    while True:
        item = Item.objects.select_related("fonds").get(pk=begun.item_id)
        if item.version != begun.version - 1:
            # A catalogue came in between, or another process has finished this edit.
            if not _set_on(begun):
                return
            continue
        new = _new_description(item, begun)
        _store(store, item, new)
        if _commit(store, item.object_id, begun, new):
            return


def _require_item(actor: Actor, item_id: UUID) -> Item:
    item = selectors.item(actor, item_id)
    require(actor, policies.EDIT, place=policies.place_of(item))
    return item


def _finish_found(item: Item, settings: Settings) -> None:
    """Take an edit of this item that was cut off to its end, so that it is seen before the next one."""
    begun = BegunEdit.objects.filter(item=item).first()
    if begun is not None:
        finish_edit(begun, settings)


def _is_made(item: Item, version: int, wanted: Mapping[str, str], reason: str, actor: Actor) -> bool:
    """Tell whether the version after `version` is this very edit: sent again because its answer was lost."""
    made = ItemVersion.objects.filter(item=item, version=version + 1).first()
    if made is None or made.by != actor.name[:200] or made.reason != reason:
        return False
    added = {f"{ADDED}{name}": text for name, text in made.extra.items()}
    values = {"reference_code": item.reference_code, **added, **made.elements}
    return all(str(values.get(name, "")) == value for name, value in wanted.items())


def _edited_meanwhile(item: Item, version: int) -> EditedMeanwhile:
    base = ItemVersion.objects.filter(item=item, version=version).first()
    newest = ItemVersion.objects.filter(item=item, version=item.version).first()
    before, now = _all_values(base.elements, base.extra) if base else {}, _all_values(item.elements, item.extra)
    names = [*EDITABLE, *(name for name in {**before, **now} if is_added(name))]
    saved = {name: now.get(name, "") for name in names if now.get(name, "") != before.get(name, "")}
    if version > item.version:
        return EditedMeanwhile(
            _("%(ref)s has no version %(number)s yet.", ref=item.reference_code, number=version),
            item.version, {}, hint=_("Read it again and make the changes on version %(now)s.", now=item.version),
        )  # fmt: skip
    return EditedMeanwhile(
        _("%(name)s saved version %(now)s of %(ref)s meanwhile; you began on version %(number)s.",
          name=newest.by if newest else "–", now=item.version, ref=item.reference_code, number=version),
        item.version, saved, hint=_("Look at what was changed, and save again on the newest version."),
    )  # fmt: skip


def _all_values(elements: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, str]:
    added = {f"{ADDED}{name}": str(text) for name, text in extra.items()}
    return added | {name: str(text) for name, text in elements.items()}


def _require_sound(item: Item, values: Mapping[str, str], changed: Collection[str], reason: str) -> None:
    faults = judge_changes(item, values, changed)
    if not reason:
        faults.append(
            Fault("reason", _("The edit gives no reason."), _("Write in a few words why the description changes."))
        )
    elif not reason.isprintable():
        faults.append(
            Fault("reason", _("The reason contains characters that can't be kept."), _("Write it in plain words."))
        )
    elif len(reason) > LONGEST_REASON:
        faults.append(
            Fault("reason", _("The reason has more than %(most)s characters.", most=LONGEST_REASON), _("Shorten it."))
        )
    if faults:
        raise BadValues(
            _("The description of %(ref)s was not saved; first: %(fault)s", ref=item.reference_code,
              fault=faults[0].reason),
            faults,
            hint=faults[0].advice,
        )  # fmt: skip


def _begin(actor: Actor, item: Item, changed: Mapping[str, str], reason: str) -> BegunEdit | None:
    """Promise an edit; None if the item has one on its way or another version by now."""
    who = {"kind": actor.kind, "name": actor.name, "user_id": str(actor.user_id) if actor.user_id else ""}
    try:
        with atomic():
            locked = Item.objects.select_for_update(of=("self",)).get(pk=item.pk)
            if locked.version != item.version:
                return None
            return BegunEdit.objects.create(
                item=locked, version=item.version + 1, changes=dict(changed), reason=reason, at=clock.now(), actor=who
            )
    except IntegrityError:
        return None


def _set_on(begun: BegunEdit) -> bool:
    """Set an edit on the version its item has now; False if it is done or on its way elsewhere."""
    with atomic():
        there = BegunEdit.objects.select_for_update().filter(pk=begun.pk, at=begun.at).first()
        if there is None:
            return False
        item = Item.objects.select_for_update(of=("self",)).get(pk=begun.item_id)
        there.version = item.version + 1
        there.save(update_fields=["version"])
        begun.version = there.version
    return True


def _new_description(item: Item, begun: BegunEdit) -> NewDescription:
    changed, added = parted(begun.changes)
    elements, extra = with_changes(item.elements, changed), with_changes(item.extra, added)
    ref = str(begun.changes.get("reference_code") or item.reference_code)
    by = str(begun.actor["name"])[:200]
    versions = [
        PastVersion(one.pk, one.version, one.at, one.by, one.reason, one.elements, one.extra)
        for one in ItemVersion.objects.filter(item=item, version__lt=begun.version).order_by("version")
    ]
    if not any(one.version == item.version for one in versions):
        versions.append(_as_it_came(item))
    versions.append(
        PastVersion(
            derived_id("version", str(item.pk), begun.version, begun.at.isoformat()), begun.version, begun.at, by,
            begun.reason, elements, extra,
        )
    )  # fmt: skip
    hand = HandSet.objects.filter(pk=item.pk).first()
    former = set(item.former_codes.values_list("code", flat=True)) | {item.reference_code}
    code_sort = draw_columns(ref, elements).code_sort if ref != item.reference_code else item.code_sort
    past = Past(
        versions=tuple(versions),
        edited=begun.at,
        by_hand=tuple(sorted({*(hand.elements if hand else ()), *begun.changes})),
        former_codes=tuple(sorted(former - {ref})),
        code_sort=code_sort,
        source_key=item.source_key or "",
    )
    return NewDescription(
        ref=ref, elements=elements, extra=extra, version=begun.version, at=begun.at, by=by, reason=begun.reason,
        changed=tuple(sorted(begun.changes)), past=past,
    )  # fmt: skip


def _as_it_came(item: Item) -> PastVersion:
    """The first version of a record that has no row for it: a catalogue's, which was never changed."""
    return PastVersion(
        derived_id("version", str(item.pk), item.version), item.version, item.registered, "", item.transfer,
        item.elements, item.extra,
    )  # fmt: skip


def _store(store: Store, item: Item, new: NewDescription) -> None:
    for _attempt in range(_ATTEMPTS):
        if is_stored(store, item, new):
            return
        try:
            store.put_objects([build_version(store, item, new)])
        except ObjectConflict:
            continue  # the object got files, or this edit, from another process in this very moment
        return
    store.put_objects([build_version(store, item, new)])


def _commit(store: Store, object_id: str, begun: BegunEdit, new: NewDescription) -> bool:
    """Write the rows and the log; False if the item got another version since the store was written."""
    stored = storage.stored_object(store, object_id)
    with atomic():
        # The item first, as everywhere: parent before child.
        item = Item.objects.select_for_update(of=("self",)).select_related("fonds").get(pk=begun.item_id)
        if not BegunEdit.objects.select_for_update().filter(pk=begun.pk, at=begun.at).exists():
            return True
        if item.version != new.version - 1:
            return False
        old = _all_values(item.elements, item.extra) | current_values(item)
        write_past(item.pk, new.past)
        change_item(item.pk, new.ref, new.elements, new.extra, new.past)
        storage.register_objects([stored], kind="item")
        BegunEdit.objects.filter(pk=begun.pk).delete()
        details: dict[str, Any] = {
            "ref": new.ref, "version": new.version, "reason": new.reason, "object": item.object_id,
            "inventory": stored.inventory_digest,
            "changes": {name: [old.get(name, ""), value] for name, value in sorted(begun.changes.items())},
        }  # fmt: skip
        if new.ref != item.reference_code:
            told = {"old": item.reference_code, "new": new.ref, "reason": new.reason}
            audit.append(_actor_of(begun), events.ITEM_RENUMBERED, ("item", str(item.pk)), told)
        audit.append(_actor_of(begun), events.ITEM_EDITED, ("item", str(item.pk)), details)
    return True


def _actor_of(begun: BegunEdit) -> Actor:
    """Who promised the edit, as the log names them; whoever ends it adds nothing."""
    who = begun.actor
    return Actor(kind=who["kind"], name=who["name"], user_id=UUID(who["user_id"]) if who["user_id"] else None)
