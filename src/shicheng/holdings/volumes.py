"""Volumes 案卷: items put together by what they are about. A virtual one gathers them and moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Count, Max, Min, QuerySet, Sum

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events, policies
from shicheng.holdings.errors import ArrangementMissing, BadArrangement, EditedMeanwhile
from shicheng.holdings.fonds import listed_fonds, lock_fonds
from shicheng.holdings.models import Fonds, Item, Volume, VolumeItem
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor

MOST: Final = 5000  # items of a volume


def volumes(actor: Actor, fonds: str, *, text: str = "") -> QuerySet[Volume]:
    """Volumes of a fonds, each with how many items and pages it has and over which days they reach."""
    found = Volume.objects.filter(fonds__in=listed_fonds(actor), fonds__code=fonds).select_related("fonds")
    if text:
        found = found.filter(title__icontains=text) | found.filter(code__icontains=text)
    return found.annotate(
        items=Count("entries"), pages=Sum("entries__item__pages"), first=Min("entries__item__date_from"),
        last=Max("entries__item__date_to"),
    ).order_by("code", "title", "id")  # fmt: skip


def volume(actor: Actor, key: UUID) -> Volume:
    """One volume; raises `ArrangementMissing`."""
    found = Volume.objects.filter(fonds__in=listed_fonds(actor), pk=key).select_related("fonds").first()
    if found is None:
        raise ArrangementMissing(
            _("There is no such volume here, or it is not open to you."), hint=_("Look it up in the list of volumes.")
        )
    return found


def items_of(actor: Actor, one: Volume) -> QuerySet[Item]:
    """The items of a volume in its order, as far as the actor may see them."""
    found = policies.visible(actor).filter(volume_entries__volume=one)
    return found.order_by("volume_entries__order", "code_sort")


def make(
    *, actor: Actor, fonds: str, title: str, items: Sequence[UUID], is_virtual: bool = True, code: str = "",
    note: str = "",
) -> Volume:  # fmt: skip
    """Make a volume of items in the order given. Raises `BadArrangement` for an item that lies in another real one."""
    require(actor, policies.ARRANGE, fonds=fonds)
    title, code = " ".join(title.split())[:400], code.strip()[:200]
    _require_title(title)
    with atomic():
        home = lock_fonds(fonds)
        rows = _items(actor, home, items)
        made = Volume(
            fonds=home, code=code, title=title, is_virtual=is_virtual, note=note.strip()[:4000],
            made_by=actor.name[:200], made_at=clock.now(), year=_same(rows, "year"),
            retention=_same(rows, "retention") or "",
        )  # fmt: skip
        _save(made)
        _put(made, rows)
        audit.append(actor, events.VOLUME_MADE, ("volume", str(made.pk)), _whole(made, home, rows))
    return made


def change(
    *, actor: Actor, key: UUID, version: int | None = None, title: str | None = None, code: str | None = None,
    note: str | None = None, items: Sequence[UUID] | None = None,
) -> Volume:  # fmt: skip
    """Change what a volume is called, or which items it has and in which order. Raises `EditedMeanwhile`."""
    found = volume(actor, key)
    require(actor, policies.ARRANGE, fonds=found.fonds.code)
    with atomic():
        home = lock_fonds(found.fonds.code)
        row = Volume.objects.select_for_update().get(pk=key)
        if version is not None and row.version != version:
            raise EditedMeanwhile(
                _("Somebody changed the volume since you opened it."), row.version, {},
                hint=_("Load it again and put in your changes once more."),
            )  # fmt: skip
        if title is not None:
            row.title = " ".join(title.split())[:400]
            _require_title(row.title)
        if code is not None:
            row.code = code.strip()[:200]
        if note is not None:
            row.note = note.strip()[:4000]
        row.version += 1
        _save(row)
        if items is None:
            rows = list(Item.objects.filter(volume_entries__volume=row).order_by("volume_entries__order"))
        else:
            rows = _items(actor, home, items)
            VolumeItem.objects.filter(volume=row).delete()
            _put(row, rows)
        audit.append(actor, events.VOLUME_CHANGED, ("volume", str(row.pk)), _whole(row, home, rows))
    return row


def add(*, actor: Actor, key: UUID, items: Sequence[UUID]) -> Volume:
    """Put more items behind those of a volume; those in it already stay where they are."""
    found = volume(actor, key)
    there = list(VolumeItem.objects.filter(volume=found).values_list("item_id", flat=True))
    return change(
        actor=actor, key=key, version=found.version, items=[*there, *(one for one in items if one not in there)]
    )


def _items(actor: Actor, home: Fonds, keys: Sequence[UUID]) -> list[Item]:
    wanted = list(dict.fromkeys(keys))
    if len(wanted) > MOST:
        raise BadArrangement(_("A volume holds at most %(most)s items.", most=MOST), hint=_("Make several of them."))
    rows = {one.pk: one for one in policies.visible(actor).filter(pk__in=wanted, fonds=home)}
    if len(rows) < len(wanted):
        raise BadArrangement(
            _("Some of the items are not of the fonds %(fonds)s, or not open to you.", fonds=home.code),
            hint=_("Choose items of one fonds."),
        )
    return [rows[key] for key in wanted]


def _put(made: Volume, rows: Sequence[Item]) -> None:
    if not made.is_virtual:
        taken = VolumeItem.objects.filter(only__in=[one.pk for one in rows]).select_related("volume", "item").first()
        if taken is not None:
            raise BadArrangement(
                _("%(ref)s lies in the volume %(title)s already.", ref=taken.item.reference_code,
                  title=taken.volume.title),
                hint=_("Take it out there, or make this a virtual volume."),
            )  # fmt: skip
    VolumeItem.objects.bulk_create(
        VolumeItem(volume=made, item=one, order=place, only=None if made.is_virtual else one.pk)
        for place, one in enumerate(rows)
    )


def _save(row: Volume) -> None:
    if row.code and Volume.objects.filter(code=row.code).exclude(pk=row.pk).exists():
        raise BadArrangement(
            _("Another volume has the code %(code)s.", code=row.code), hint=_("Give this one a code of its own.")
        )
    try:
        row.save()
    except IntegrityError as error:
        raise BadArrangement(
            _("Another volume has the code %(code)s.", code=row.code), hint=_("Give this one a code of its own.")
        ) from error


def _same(rows: Sequence[Item], name: str) -> Any:
    values = {getattr(one, name) for one in rows}
    return values.pop() if len(values) == 1 else None


def _whole(row: Volume, home: Fonds, rows: Sequence[Item]) -> dict[str, Any]:
    """All a volume says, so that it can be made anew from the log."""
    return {
        "id": str(row.pk), "fonds": home.code, "code": row.code, "title": row.title, "is_virtual": row.is_virtual,
        "note": row.note, "year": row.year, "retention": row.retention, "made_by": row.made_by,
        "made_at": row.made_at.isoformat(), "items": len(rows), "item_ids": [str(one.pk) for one in rows],
        "version": row.version,
    }  # fmt: skip


def _require_title(title: str) -> None:
    if not title:
        raise BadArrangement(_("The volume has no title."), hint=_("Write what its items are about."))
