"""Business entities and their links made anew from the log, when the database is made anew from the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from uuid import UUID

from shicheng.audit import selectors as audit
from shicheng.audit.models import Entry
from shicheng.base.db import atomic
from shicheng.holdings.entity_rules import DOCUMENTED, LINKED, UNDOCUMENTED, UNLINKED, WRITTEN
from shicheng.holdings.models import Entity, EntityItem, EntityLink, Item
from shicheng.people.types import Actor
from shicheng.settings import Settings
from shicheng.storage.ports import Store
from shicheng.storage.restoring import Act


class EntityRestorer:
    """Brings business entities back; they have no objects of their own and stand in the log alone."""

    def claims(self, store: Store, object_id: str) -> bool:
        """Claim no object."""
        return False

    def acts(self, actor: Actor, store: Store, object_ids: Iterable[str], settings: Settings) -> Iterable[Act]:
        """One act, when all records are there."""
        yield Act(datetime.max.replace(tzinfo=UTC), restore_entities)


def restore_entities() -> int:
    """Write the entities and links the log tells of, where there are none. They are no objects: none is counted."""
    if Entity.objects.exists():
        return 0
    with atomic():
        for entry in audit.entries_of((WRITTEN, LINKED, UNLINKED, DOCUMENTED, UNDOCUMENTED)):
            _replay(entry)
    return 0


def _replay(entry: Entry) -> None:
    said, key = entry.details, UUID(entry.subject_id)
    if entry.event == WRITTEN:
        values = {
            "kind": said["kind"], "fonds_code": said["fonds"], "code": said["code"], "name": said["name"],
            "attributes": said["attributes"], "day": date.fromisoformat(said["day"]) if said["day"] else None,
        }  # fmt: skip
        first = {**values, "made_by": entry.actor_name, "made_at": entry.at}
        Entity.objects.update_or_create(pk=key, defaults=values, create_defaults=first)
    elif entry.event == LINKED:
        EntityLink.objects.update_or_create(
            first_id=key, relation=said["relation"], second_id=UUID(said["second_id"]),
            defaults={"attributes": said["attributes"]},
        )  # fmt: skip
    elif entry.event == UNLINKED:
        EntityLink.objects.filter(first_id=key, relation=said["relation"], second_id=UUID(said["second_id"])).delete()
    elif entry.event == DOCUMENTED:
        if Item.objects.filter(pk=UUID(said["item"])).exists():
            EntityItem.objects.update_or_create(
                entity_id=key, item_id=UUID(said["item"]), defaults={"role": said["role"]}
            )
    else:
        EntityItem.objects.filter(entity_id=key, item_id=UUID(said["item"])).delete()
