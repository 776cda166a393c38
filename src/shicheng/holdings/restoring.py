"""Bringing back what was arranged when the database is made anew: dossiers from their objects, the rest from the log.

The log in the store tells of each fonds event, volume and box all that their rows say.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shicheng.audit import selectors as audit
from shicheng.audit.types import EntryFilters
from shicheng.base.db import atomic
from shicheng.holdings import events
from shicheng.holdings.dossier import is_dossier, restore_dossier
from shicheng.holdings.fonds_types import CLOSING, FondsEventKind
from shicheng.holdings.models import Box, BoxedItem, DossierPaper, Fonds, FondsEvent, Item, Volume, VolumeItem
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act

if TYPE_CHECKING:
    from shicheng.audit.models import Entry

_ALL: Final = 10_000_000


class ArrangementRestorer:
    """Brings dossiers, fonds events, volumes and boxes back."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Tell whether the object keeps a paper of a dossier."""
        return is_dossier(store, object_id)

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """The papers first, since events name them as evidence; then every act of the log at its moment."""
        began = datetime.datetime.min.replace(tzinfo=datetime.UTC)
        for object_id in object_ids:
            yield Act(began, partial(restore_dossier, store, object_id))
        for event, replay in _REPLAYS.items():
            for entry in audit.recent(SYSTEM, EntryFilters(event=event, limit=_ALL)):
                yield Act(entry.at, partial(_once, replay, entry))


def _once(replay: Callable[[Entry], bool], entry: Entry) -> int:
    with atomic():
        return int(replay(entry))


def _replay_fonds_event(entry: Entry) -> bool:
    told = entry.details
    fonds = Fonds.objects.filter(code=told["code"]).first()
    if fonds is None:  # founded, and nothing came into it yet
        fonds = Fonds.objects.create(
            id=UUID(entry.subject_id), code=told["code"], name=told["name"], founded=entry.at
        )  # fmt: skip
    on = datetime.date.fromisoformat(told["on"])
    known = FondsEvent.objects.filter(fonds=fonds, kind=told["kind"], on=on, decision=told["decision"])
    if known.exists():
        return False
    paper = (
        DossierPaper.objects.filter(paper=told["evidence"]).order_by("-version").first() if told["evidence"] else None
    )
    FondsEvent.objects.create(
        fonds=fonds, kind=told["kind"], on=on, decision=told["decision"], evidence=paper, words=told["words"],
        others=told["others"], name_before=told["name_before"], recorded_by=entry.actor_name[:200],
        recorded_at=entry.at,
        name_after=told["name"] if told["name_before"] or told["kind"] == FondsEventKind.FOUNDED else "",
    )  # fmt: skip
    fonds.name, fonds.kind = told["name"], told["fonds_kind"]
    if told["kind"] == FondsEventKind.FOUNDED:
        fonds.began_on = on
    if told["kind"] in CLOSING:
        fonds.closed_on = on
    elif told["kind"] == FondsEventKind.RESTORED:
        fonds.closed_on = None
    fonds.save()
    return True


def _replay_place(entry: Entry) -> bool:
    return Fonds.objects.filter(code=entry.details["code"]).update(location=entry.details["location"]) > 0


def _replay_volume(entry: Entry) -> bool:
    told = entry.details
    fonds = Fonds.objects.filter(code=told["fonds"]).first()
    if fonds is None or Volume.objects.filter(pk=told["id"], version__gte=told["version"]).exists():
        return False
    row, _made = Volume.objects.update_or_create(
        pk=UUID(told["id"]),
        defaults={
            "fonds": fonds, "code": told["code"], "title": told["title"], "is_virtual": told["is_virtual"],
            "note": told["note"], "year": told["year"], "retention": told["retention"], "made_by": told["made_by"],
            "made_at": datetime.datetime.fromisoformat(told["made_at"]), "version": told["version"],
        },
    )  # fmt: skip
    VolumeItem.objects.filter(volume=row).delete()
    there = set(Item.objects.filter(pk__in=told["item_ids"]).values_list("pk", flat=True))
    VolumeItem.objects.bulk_create(
        VolumeItem(volume=row, item_id=UUID(key), order=place, only=None if row.is_virtual else UUID(key))
        for place, key in enumerate(told["item_ids"])
        if UUID(key) in there
    )
    return True


def _replay_box(entry: Entry) -> bool:
    told = entry.details
    fonds = Fonds.objects.filter(code=told["fonds"]).first()
    if fonds is None:
        return False
    moment = datetime.datetime.fromisoformat
    row, made = Box.objects.update_or_create(
        pk=UUID(told["id"]),
        defaults={
            "fonds": fonds, "number": told["number"], "category": told["category"], "year": told["year"],
            "retention": told["retention"], "department": told["department"], "width": told["width"],
            "note": told["note"], "arranged_by": told["arranged_by"], "arranged_at": moment(told["arranged_at"]),
            "checked_by": told["checked_by"], "location": told["location"],
            "checked_at": moment(told["checked_at"]) if told["checked_at"] else None,
        },
    )  # fmt: skip
    for key in Item.objects.filter(pk__in=told.get("item_ids", [])).values_list("pk", flat=True):
        BoxedItem.objects.update_or_create(item_id=key, defaults={"box": row, "at": entry.at})
    return made


def _replay_move(entry: Entry) -> bool:
    item, box = UUID(entry.subject_id), entry.details["box"]
    if not Item.objects.filter(pk=item).exists():
        return False
    if not box:
        return BoxedItem.objects.filter(item=item).delete()[0] > 0
    if not Box.objects.filter(pk=box).exists():
        return False
    BoxedItem.objects.update_or_create(item_id=item, defaults={"box_id": UUID(box), "at": entry.at})
    return True


_REPLAYS: Final[dict[str, Callable[[Entry], bool]]] = {
    events.FONDS_EVENT: _replay_fonds_event,
    events.FONDS_PLACED: _replay_place,
    events.VOLUME_MADE: _replay_volume,
    events.VOLUME_CHANGED: _replay_volume,
    events.BOXED: _replay_box,
    events.BOX_CHANGED: _replay_box,
    events.ITEM_MOVED: _replay_move,
}
