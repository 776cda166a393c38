"""Boxes 盒: where items lie. Putting an item into a box, or another one, never changes what it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, QuerySet, Sum

from shicheng.audit import services as audit
from shicheng.base.db import atomic
from shicheng.holdings import events, policies
from shicheng.holdings.boxing import WIDTHS, BoxPlan, Fitted, plan_boxes
from shicheng.holdings.errors import ArrangementMissing, BadArrangement, EditedMeanwhile
from shicheng.holdings.fonds import listed_fonds, lock_fonds
from shicheng.holdings.models import Box, BoxedItem, Fonds, Item
from shicheng.holdings.narrowing import narrow
from shicheng.kernel import clock
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor

MOST: Final = 20_000  # items boxed at a time
_PAGES: Final = 10  # taken for an item whose pages nobody counted
_CLASS: Final = ("category", "year", "retention", "department")


def boxes(actor: Actor, fonds: str) -> QuerySet[Box]:
    """Boxes of a fonds by their numbers, each with how many items and pages lie in it."""
    found = Box.objects.filter(fonds__in=listed_fonds(actor), fonds__code=fonds).select_related("fonds")
    return found.annotate(items=Count("entries"), pages=Sum("entries__item__pages")).order_by("number")


def box(actor: Actor, key: UUID) -> Box:
    """One box; raises `ArrangementMissing`."""
    found = Box.objects.filter(fonds__in=listed_fonds(actor), pk=key).select_related("fonds").first()
    if found is None:
        raise _missing()
    return found


def items_in(actor: Actor, one: Box) -> QuerySet[Item]:
    """The items that lie in a box, by their codes, as far as the actor may see them."""
    return policies.visible(actor).filter(boxed__box=one).order_by("code_sort", "id")


def first_and_last(one: Box) -> tuple[str, str]:
    """起止件号: the codes of the first and last item of a box. Whoever asks has made sure who reads it."""
    codes = Item.objects.filter(boxed__box=one).order_by("code_sort", "id").values_list("reference_code", flat=True)
    return (codes.first() or "", codes.last() or "")


def classes(actor: Actor, fonds: str) -> dict[str, list[str]]:
    """What categories, years, retention periods and departments a fonds has, as far as the actor may see them."""
    kinds = policies.visible_tallies(actor).filter(fonds__code=fonds).order_by()
    rows = list(kinds.values_list(*_CLASS).annotate(items=Sum("items")).filter(items__gt=0))
    return {name: sorted({str(row[place]) for row in rows if row[place]}) for place, name in enumerate(_CLASS)}


def preview(actor: Actor, fonds: str, *, width: int, filters: Mapping[str, str], both_sides: bool = False) -> BoxPlan:
    """The boxes that the items of a fonds that lie in none would fill, narrowed by class. Nothing is changed."""
    _require_width(width)
    home = listed_fonds(actor).filter(code=fonds).first()
    if home is None:
        raise _missing()
    found = policies.visible(actor).filter(fonds=home, boxed=None)
    listed = narrow(found, {name: value for name, value in filters.items() if name in _CLASS})
    rows = list(
        listed.order_by("code_sort", "id").values_list(
            "pk", "reference_code", "title", "pages", "category", "year", "retention", "department"
        )[: MOST + 1]
    )
    if len(rows) > MOST:
        raise BadArrangement(
            _("More than %(most)s items would be boxed at once.", most=MOST), hint=_("Choose a class or a year.")
        )
    fitted = [
        Fitted(key, code, title, _PAGES if pages is None else pages, tuple(str(part or "") for part in klass))
        for key, code, title, pages, *klass in rows
    ]
    first = (Box.objects.filter(fonds=home).aggregate(most=Max("number"))["most"] or 0) + 1
    unknown = sum(row[3] is None for row in rows)
    return plan_boxes(fitted, width=width, first=first, both_sides=both_sides, unknown=unknown)


def fill(
    *, actor: Actor, fonds: str, width: int, filters: Mapping[str, str], mark: str, both_sides: bool = False
) -> list[Box]:
    """Make the boxes of the plan with this mark. Raises `EditedMeanwhile` if it would be another one by now."""
    require(actor, policies.ARRANGE, fonds=fonds)
    with atomic():
        home = lock_fonds(fonds)
        plan = preview(actor, fonds, width=width, filters=filters, both_sides=both_sides)
        if plan.mark != mark:
            raise EditedMeanwhile(
                _("The items changed since the boxes were shown, and they would be others now."), 0, {},
                hint=_("Look at the boxes again and make those."),
            )  # fmt: skip
        now = clock.now()
        made, entries, told = [], [], []
        for one in plan.boxes:
            category, year, retention, department = one.klass
            row = Box(
                fonds=home, number=one.number, category=category, year=int(year) if year else None,
                retention=retention, department=department, width=one.width, arranged_by=actor.name[:200],
                arranged_at=now,
            )  # fmt: skip
            made.append(row)
            entries += [BoxedItem(item_id=item.key, box=row, at=now) for item in one.items]
            details = {
                **_whole(row, home), "items": len(one.items), "first": one.first, "last": one.last,
                "item_ids": [str(item.key) for item in one.items],
            }  # fmt: skip
            told.append((events.BOXED, ("box", str(row.pk)), details))
        Box.objects.bulk_create(made)
        BoxedItem.objects.bulk_create(entries, batch_size=1000)
        audit.append_many(actor, told)
    return made


def change(
    *, actor: Actor, key: UUID, width: int | None = None, note: str | None = None, location: str | None = None,
    checked: bool = False,
) -> Box:  # fmt: skip
    """Change a box's width, end-sheet or place, or note that the actor has checked it."""
    found = box(actor, key)
    require(actor, policies.ARRANGE, fonds=found.fonds.code)
    with atomic():
        home = lock_fonds(found.fonds.code)
        row = Box.objects.select_for_update().get(pk=key)
        if width is not None:
            _require_width(width)
            row.width = width
        if note is not None:
            row.note = note.strip()[:4000]
        if location is not None:
            row.location = " ".join(location.split())[:200]
        if checked:
            row.checked_by, row.checked_at = actor.name[:200], clock.now()
        row.save()
        audit.append(actor, events.BOX_CHANGED, ("box", str(row.pk)), _whole(row, home))
    return row


def move(*, actor: Actor, items: Sequence[UUID], number: int, fonds: str) -> int:
    """Move items of a fonds into another of its boxes, or into one for the first time. Their codes stay."""
    require(actor, policies.ARRANGE, fonds=fonds)
    with atomic():
        home = lock_fonds(fonds)
        target = Box.objects.select_for_update().filter(fonds=home, number=number).first()
        if target is None:
            raise BadArrangement(
                _("The fonds %(fonds)s has no box %(number)s.", fonds=fonds, number=number),
                hint=_("Look the number up in the list of boxes."),
            )
        rows = list(policies.visible(actor).filter(pk__in=list(items), fonds=home).select_related("boxed__box"))
        if not rows or len(rows) < len(set(items)):
            raise BadArrangement(_("Some of the items are not of this fonds."), hint=_("Choose items of one fonds."))
        told: list[tuple[str, Any, dict[str, Any]]] = []
        now = clock.now()
        for one in rows:
            before = one.boxed.box.number if hasattr(one, "boxed") else None
            if before == number:
                continue
            BoxedItem.objects.update_or_create(item=one, defaults={"box": target, "at": now})
            told.append(
                (events.ITEM_MOVED, ("item", str(one.pk)),
                 {"ref": one.reference_code, "before": before or "–", "number": number, "box": str(target.pk)})
            )  # fmt: skip
        if told:
            audit.append_many(actor, told)
    return len(told)


def take_out(*, actor: Actor, items: Sequence[UUID], fonds: str) -> int:
    """Take items out of their boxes; they lie in none until they are put into one again."""
    require(actor, policies.ARRANGE, fonds=fonds)
    with atomic():
        home = lock_fonds(fonds)
        found = policies.visible(actor).filter(pk__in=list(items), fonds=home).exclude(boxed=None)
        rows = list(found.select_related("boxed__box"))
        told = [
            (events.ITEM_MOVED, ("item", str(one.pk)),
             {"ref": one.reference_code, "before": one.boxed.box.number, "number": "–", "box": ""})
            for one in rows
        ]  # fmt: skip
        BoxedItem.objects.filter(item__in=rows).delete()
        if told:
            audit.append_many(actor, told)
    return len(rows)


def _whole(row: Box, home: Fonds) -> dict[str, Any]:
    """All a box says, so that it can be made anew from the log."""
    return {
        "id": str(row.pk), "fonds": home.code, "number": row.number, "category": row.category, "year": row.year,
        "retention": row.retention, "department": row.department, "width": row.width, "note": row.note,
        "arranged_by": row.arranged_by, "arranged_at": row.arranged_at.isoformat(), "checked_by": row.checked_by,
        "checked_at": row.checked_at.isoformat() if row.checked_at else "", "location": row.location,
    }  # fmt: skip


def _require_width(width: int) -> None:
    if width not in WIDTHS:
        raise BadArrangement(
            _("No box is %(width)s mm wide.", width=width),
            hint=_("Choose one of: %(widths)s mm.", widths=", ".join(map(str, WIDTHS))),
        )


def _missing() -> ArrangementMissing:
    return ArrangementMissing(
        _("There is no such box here, or it is not open to you."), hint=_("Look it up in the list of boxes.")
    )
