"""Writing business entities, linking them, and giving them the records that document them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import selectors
from shicheng.holdings.entity_kinds import EntityKind, kinds, relations
from shicheng.holdings.entity_rules import (
    DOCUMENTED,
    LINKED,
    UNDOCUMENTED,
    UNLINKED,
    WRITE,
    WRITTEN,
    BadEntity,
    EntityNotFound,
    visible,
)
from shicheng.holdings.models import Entity, EntityItem, EntityLink
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor

LONGEST: Final = 2000


def find_entity(actor: Actor, entity_id: UUID) -> Entity:
    """One entity the actor may see; raises `EntityNotFound`."""
    found = visible(actor).filter(pk=entity_id).first()
    if found is None:
        raise EntityNotFound(
            _("There is no such business entity here, or it is not open to you."),
            hint=_("Look it up in the list of motions and suggestions, or on the page of its record."),
        )
    return found


def write_entity(
    *, actor: Actor, kind: str, fonds: str, code: str, name: str, attributes: Mapping[str, str] | None = None,
    day: date | None = None,
) -> Entity:  # fmt: skip
    """Write an entity down, or change what is written of it; the same twice is one. Raises `BadEntity`.

    Attributes that are not given stay as they are; "" takes one away.
    """
    require(actor, WRITE, fonds=fonds)
    code, name = _cleaned(code), _cleaned(name)
    values = {key: _cleaned(value) for key, value in (attributes or {}).items()}
    _require_form(kind, code, name, values)
    with atomic():
        there = Entity.objects.select_for_update().filter(kind=kind, fonds_code=fonds, code=code).first()
        old = there.attributes if there is not None else {}
        merged = {key: value for key, value in {**old, **values}.items() if value}
        if there is not None and (there.name, there.attributes, there.day) == (name or there.name, merged, day):
            return there
        if there is None:
            there = Entity(kind=kind, fonds_code=fonds, code=code, made_by=actor.name[:200], made_at=clock.now())
        there.name, there.attributes, there.day = name or there.name or code, merged, day
        there.save()
        details = {
            "kind": kind, "fonds": fonds, "code": code, "name": there.name, "attributes": merged, "day": str(day or ""),
        }  # fmt: skip
        audit.append(actor, WRITTEN, ("entity", there.pk), details)
    return there


def link_entities(
    *, actor: Actor, first: Entity, relation: str, second: Entity, attributes: Mapping[str, str] | None = None
) -> EntityLink:
    """Let one entity stand in a relation to another of the same fonds; twice is once. Raises `BadEntity`."""
    require(actor, WRITE, fonds=first.fonds_code)
    known = relations().get(relation)
    if known is None or not known.joins(first.kind, second.kind):
        raise BadEntity(
            _("%(first)s and %(second)s can't stand in the relation “%(relation)s”.", first=str(first),
              second=str(second), relation=str(known.label) if known else relation),
            hint=_("See which kinds each relation joins."),
        )  # fmt: skip
    if first.fonds_code != second.fonds_code or first.pk == second.pk:
        raise BadEntity(
            _("%(first)s and %(second)s can't be linked: only two of the same fonds can.", first=str(first),
              second=str(second))
        )  # fmt: skip
    values = {key: _cleaned(value) for key, value in (attributes or {}).items() if value}
    with atomic():
        list(Entity.objects.select_for_update().filter(pk__in=(first.pk, second.pk)).order_by("pk"))
        link, made = EntityLink.objects.get_or_create(
            first=first, relation=relation, second=second, defaults={"attributes": values}
        )
        if not made and (attributes is None or link.attributes == values):
            return link
        if not made:
            link.attributes = values
            link.save(update_fields=["attributes"])
        audit.append(actor, LINKED, ("entity", first.pk), _told(first, second, relation, values))
    return link


def unlink_entities(*, actor: Actor, first: Entity, relation: str, second: Entity) -> None:
    """Take a link away; it stays in the log. Twice is once."""
    require(actor, WRITE, fonds=first.fonds_code)
    with atomic():
        gone, _rows = EntityLink.objects.filter(first=first, relation=relation, second=second).delete()
        if gone:
            audit.append(actor, UNLINKED, ("entity", first.pk), _told(first, second, relation, {}))


def document_entity(*, actor: Actor, entity: Entity, key: str, role: str) -> EntityItem:
    """Give an entity a record the actor may see, by its code or id, as `role` (a relation or kind); twice is once."""
    require(actor, WRITE, fonds=entity.fonds_code)
    item = selectors.item(actor, key.strip())
    with atomic():
        Entity.objects.select_for_update().get(pk=entity.pk)
        document, made = EntityItem.objects.get_or_create(
            entity=entity, item=item, defaults={"role": _cleaned(role)[:40]}
        )
        if made:
            details = {"first": entity.code, "ref": item.reference_code, "item": str(item.pk), "role": document.role}
            audit.append(actor, DOCUMENTED, ("entity", entity.pk), details)
    return document


def undocument_entity(*, actor: Actor, entity: Entity, item_id: UUID) -> None:
    """Take a record from an entity; the record stays as it is. Twice is once."""
    require(actor, WRITE, fonds=entity.fonds_code)
    item = selectors.item(actor, item_id)
    with atomic():
        gone, _rows = EntityItem.objects.filter(entity=entity, item=item).delete()
        if gone:
            details = {"first": entity.code, "ref": item.reference_code, "item": str(item.pk)}
            audit.append(actor, UNDOCUMENTED, ("entity", entity.pk), details)


def kind_named(name: str) -> EntityKind:
    """A kind by its name; raises `BadEntity`."""
    found = kinds().get(name)
    if found is None:
        raise BadEntity(
            _("There is no kind of business entity %(kind)s.", kind=name[:60]),
            hint=_("These are there: %(names)s.", names=", ".join(kinds())),
        )
    return found


def _require_form(kind: str, code: str, name: str, values: Mapping[str, str]) -> None:
    known = kind_named(kind)
    unknown = sorted(set(values) - set(known.attributes))
    if unknown:
        raise BadEntity(
            _("%(kind)s has no attribute %(name)s.", kind=str(known.label), name=", ".join(unknown)[:200]),
            hint=_("It has these: %(names)s.", names=", ".join(known.attributes) or "–"),
        )
    if not code or len(code) > 120 or len(name) > 400 or any(len(value) > LONGEST for value in values.values()):
        raise BadEntity(
            _("“%(code)s” can't be kept: a code of 120, a name of 400 characters at most.", code=code[:60]),
            hint=_("Give a short code, such as the number of a motion."),
        )
    if not all(text.isprintable() for text in (code, name, *values.values())):
        raise BadEntity(_("A value contains characters that can't be kept."), hint=_("Write it in plain words."))


def _cleaned(text: str) -> str:
    return " ".join(str(text).split())


def _told(first: Entity, second: Entity, relation: str, values: Mapping[str, str]) -> dict[str, object]:
    return {
        "first": first.code, "second": str(second), "second_id": str(second.pk), "relation": relation,
        "attributes": dict(values),
    }  # fmt: skip
