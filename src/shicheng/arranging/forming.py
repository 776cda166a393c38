"""Forming items of loose files, and changing what was formed: each act is one step that can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from shicheng.arranging import events, policies, selectors
from shicheng.arranging.collecting import first_elements, loose_file
from shicheng.arranging.errors import BadSelection
from shicheng.arranging.grouping import order_files
from shicheng.arranging.models import PoolFile, PoolItem
from shicheng.arranging.steps import Change
from shicheng.arranging.types import Part
from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.holdings import fonds as all_fonds
from shicheng.kernel import clock
from shicheng.kernel.dates import DateError, parse_date
from shicheng.kernel.identifiers import new_id
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor

DESCRIBED: Final = ("title", "document_number", "author", "date", "set_name")
ELEMENTS: Final = ("secrecy", "openness", "addressee", "keywords", "persons", "note")
_LENGTHS: Final = {"title": 2000, "document_number": 300, "author": 1000, "date": 40, "set_name": 200}


def form_items(
    *, actor: Actor, fonds: str, year: int, groups: Sequence[Sequence[UUID]], parts: Mapping[UUID, Part] | None = None
) -> list[PoolItem]:
    """Make an item of each group of loose files, in the order of the norm. Raises `BadSelection`."""
    wanted = [list(dict.fromkeys(group)) for group in groups if group]
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        files = _loose(actor, fonds, year, [key for group in wanted for key in group])
        if len({key for group in wanted for key in group}) != sum(len(group) for group in wanted):
            raise BadSelection(_("A file can't go into two items."), hint=_("Choose each file once."))
        change = Change(actor, home, year, "form", _("%(items)s items formed", items=len(wanted)))
        change.files(files.values())
        made = []
        for group in wanted:
            item = _new_item(actor, home, [files[key] for key in group], parts or {})
            change.made(item)
            made.append(item)
        PoolItem.objects.bulk_create(made, batch_size=200)
        _save_files(files.values())
        change.keep()
        audit.append(
            actor, events.FORMED, ("fonds", str(home.pk)),
            {"fonds": fonds, "year": year, "items": len(made), "files": len(files), "step": str(change.id)},
        )  # fmt: skip
    return made


def merge(*, actor: Actor, items: Sequence[UUID], files: Sequence[UUID] = ()) -> PoolItem:
    """Make one item of several, and of loose files; the first of them is the one that stays."""
    chosen = selectors.chosen_items(actor, items)
    if not chosen or len(chosen) + len(files) < 2:
        raise BadSelection(_("One item can't be put together with itself."), hint=_("Choose two items or more."))
    first = chosen[0]
    fonds, year = first.fonds.code, first.year
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        rows = _open_items(actor, fonds, [one.pk for one in chosen])
        loose = _loose(actor, fonds, year, files)
        head, others = rows[first.pk], [one for key, one in rows.items() if key != first.pk]
        change = Change(actor, home, year, "merge", _("%(items)s items put together", items=len(rows)))
        moved = [*PoolFile.objects.filter(item__in=list(rows)), *loose.values()]
        change.files(moved)
        change.items(rows.values())
        for file in moved:
            file.item = head
        _put_in_order(moved)
        head.pages = sum(file.pages or 0 for file in moved) or head.pages
        head.mends = next((one.mends for one in (head, *others) if one.mends), "")
        head.process = [entry for one in (head, *others) for entry in one.process]
        _save_files(moved)
        head.save()
        PoolItem.objects.filter(pk__in=[one.pk for one in others]).delete()
        _close(actor, change, home, year, _("items put together: %(title)s", title=head.title))
    return head


def split(*, actor: Actor, files: Sequence[UUID], apart: bool = False) -> list[PoolItem]:
    """Take files out of their item and make one item of them, or one of each of them (`apart`)."""
    rows = selectors.chosen_files(actor, files)
    homes = {file.item_id for file in rows}
    if len(homes) != 1 or None in homes:
        raise BadSelection(_("The files are not of one item."), hint=_("Choose files of one item."))
    source = rows[0].item
    assert source is not None
    fonds, year = source.fonds.code, source.year
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        item = _open_items(actor, fonds, [source.pk])[source.pk]
        inside = list(PoolFile.objects.select_for_update().filter(item=item))
        out = [file for file in inside if file.pk in {one.pk for one in rows}]
        if len(out) == len(inside) and not apart:
            raise BadSelection(
                _("All files of the item were chosen, so nothing would stay."), hint=_("Leave one file in the item.")
            )
        groups = [[file] for file in out] if apart else [out]
        if len(out) == len(inside):
            groups = groups[1:]
            out = [file for group in groups for file in group]
        change = Change(actor, home, year, "split", _("An item split: %(title)s", title=item.title))
        change.files(out)
        change.items([item])
        made = []
        for group in groups:
            new = _new_item(actor, home, group, {})
            new.mends, new.returned = item.mends, item.returned
            change.made(new)
            made.append(new)
        item.pages = sum(file.pages or 0 for file in inside if file not in out) or None
        PoolItem.objects.bulk_create(made)
        _save_files(out)
        item.save()
        _close(actor, change, home, year, _("an item split: %(title)s", title=item.title))
    return made


def loosen(*, actor: Actor, files: Sequence[UUID] = (), items: Sequence[UUID] = ()) -> int:
    """Take files out of their items, or take items apart whole; an item without files goes. Returns how many files."""
    taken = [item.pk for item in selectors.chosen_items(actor, items)]
    rows = [*selectors.chosen_files(actor, files), *PoolFile.objects.filter(item__in=taken).select_related("fonds")]
    if not rows:
        raise BadSelection(_("No files were chosen."), hint=_("Choose files of an item."))
    fonds, year = rows[0].fonds.code, rows[0].year
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        touched = _open_items(actor, fonds, [file.item_id for file in rows if file.item_id])
        out = list(PoolFile.objects.select_for_update().filter(pk__in=[file.pk for file in rows]))
        change = Change(actor, home, year, "loosen", _("%(files)s files taken out of their items", files=len(out)))
        change.files(out)
        change.items(touched.values())
        for file in out:
            file.item, file.order = None, 0
        _save_files(out)
        full = set(PoolFile.objects.filter(item__in=list(touched)).values_list("item_id", flat=True))
        PoolItem.objects.filter(pk__in=[key for key in touched if key not in full]).delete()
        for item in touched.values():
            if item.pk in full:
                item.save()
        _close(actor, change, home, year, _("%(files)s files taken out of their items", files=len(out)))
    return len(out)


def reorder(*, actor: Actor, item: UUID, files: Sequence[UUID]) -> PoolItem:
    """Put the files of an item into this order; all of them must be named."""
    with atomic():
        row, inside, change = _begin(actor, item, "reorder", _("Files of an item put into another order"))
        if [*sorted(map(str, files))] != sorted(str(file.pk) for file in inside):
            raise BadSelection(_("The files of the item are others by now."), hint=_("Load the page again."))
        place = {key: number for number, key in enumerate(files)}
        change.files(inside)
        for file in inside:
            file.order = place[file.pk]
        _save_files(inside)
        row.save()
        _close(actor, change, row.fonds, row.year, _("files of “%(title)s” put into another order", title=row.title))
    return row


def move_file(*, actor: Actor, file: UUID, by: int) -> PoolItem:
    """Move a file up (-1) or down (+1) within its item."""
    row = selectors.chosen_files(actor, [file])[0]
    if row.item_id is None:
        raise BadSelection(_("The file belongs to no item."), hint=_("Form an item of it first."))
    keys = list(PoolFile.objects.filter(item=row.item_id).values_list("pk", flat=True))
    place = keys.index(row.pk)
    target = min(max(place + by, 0), len(keys) - 1)
    keys.insert(target, keys.pop(place))
    return reorder(actor=actor, item=row.item_id, files=keys)


def put_into(*, actor: Actor, item: UUID, files: Sequence[UUID], before: UUID | None = None) -> PoolItem:
    """Put files, loose ones or those of other items, into an item: before one of its files, or at the end."""
    moving = selectors.chosen_files(actor, files)
    with atomic():
        row, inside, change = _begin(actor, item, "put", _("Files put into an item"))
        if any(file.fonds_id != row.fonds_id or file.year != row.year for file in moving):
            raise BadSelection(
                _("Files of another fonds or year can't go into this item."), hint=_("Choose files of one pool.")
            )
        left = _open_items(
            actor, row.fonds.code, [file.item_id for file in moving if file.item_id and file.item_id != row.pk]
        )
        out = list(PoolFile.objects.select_for_update().filter(pk__in=[file.pk for file in moving]))
        stay = [file for file in inside if file.pk not in {one.pk for one in out}]
        place = next((number for number, file in enumerate(stay) if file.pk == before), len(stay))
        ordered = [*stay[:place], *out, *stay[place:]]
        change.files(ordered)
        change.items(left.values())
        told = dict(order_files(loose_file(file) for file in ordered).files)
        for number, file in enumerate(ordered):
            file.item, file.order, file.is_left_out = row, number, False
            file.part = file.part or told[file.pk]
        _save_files(ordered)
        full = set(PoolFile.objects.filter(item__in=list(left)).values_list("item_id", flat=True))
        PoolItem.objects.filter(pk__in=[key for key in left if key not in full]).delete()
        row.pages = sum(file.pages or 0 for file in ordered) or row.pages
        row.save()
        _close(actor, change, row.fonds, row.year, _("files put into “%(title)s”", title=row.title))
    return row


def set_part(*, actor: Actor, file: UUID, part: str) -> None:
    """Say what a file is within its item: main text, annex, final draft …"""
    if part not in set(Part):
        raise BadSelection(_("%(part)s is no part of an item.", part=part), hint=_("Choose one of the list."))
    one = selectors.chosen_files(actor, [file])[0]
    if one.item_id is None:
        raise BadSelection(_("The file belongs to no item."), hint=_("Form an item of it first."))
    with atomic():
        row, inside, change = _begin(actor, one.item_id, "part", _("A file of an item is another part of it"))
        change.files(inside)
        for each in inside:
            if each.pk == file:
                each.part = part
        _save_files(inside)
        row.save()
        _close(actor, change, row.fonds, row.year, _("a file of “%(title)s” is another part of it", title=row.title))


def describe(*, actor: Actor, item: UUID, values: Mapping[str, str], version: int | None = None) -> PoolItem:
    """Change what describes an item; what is not named stays. Raises `BadSelection`, `ChangedMeanwhile`."""
    clean = {name: " ".join(str(text).split()) for name, text in values.items()}
    _require_values(clean)
    with atomic():
        row, _inside, change = _begin(actor, item, "describe", _("An item described"), version=version)
        for name in DESCRIBED:
            if name in clean:
                setattr(row, name, clean[name][: _LENGTHS[name]])
        if "pages" in clean:
            row.pages = int(clean["pages"]) if clean["pages"] else None
        if "importance" in clean:
            row.importance = int(clean["importance"] or 5)
        kept = {name: text for name, text in row.elements.items() if name not in clean}
        row.elements = kept | {name: clean[name] for name in ELEMENTS if clean.get(name)}
        row.save()
        _close(actor, change, row.fonds, row.year, _("“%(title)s” described", title=row.title))
    return row


def leave_out(*, actor: Actor, files: Sequence[UUID], reason: str) -> int:
    """Leave loose files out of filing (不归档), with the reason; they stay in the pool and can be brought back."""
    if not reason.strip():
        raise BadSelection(
            _("Leaving files out needs a reason."), hint=_("Write why they are not filed, such as “a double”.")
        )
    rows = selectors.chosen_files(actor, files)
    if not rows:
        raise BadSelection(_("No files were chosen."), hint=_("Choose files that belong to no item."))
    fonds, year = rows[0].fonds.code, rows[0].year
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        loose = _loose(actor, fonds, year, [file.pk for file in rows])
        change = Change(actor, home, year, "leave_out", _("%(files)s files left out", files=len(loose)))
        change.files(loose.values())
        for file in loose.values():
            file.is_left_out = True
        _save_files(loose.values())
        change.keep()
        audit.append(
            actor, events.LEFT_OUT, ("fonds", str(home.pk)),
            {"fonds": fonds, "year": year, "files": len(loose), "reason": reason.strip()[:1000],
             "names": [file.path for file in loose.values()][:100], "step": str(change.id)},
        )  # fmt: skip
    return len(loose)


def bring_back(*, actor: Actor, files: Sequence[UUID]) -> int:
    """Bring files that were left out back among the loose ones."""
    rows = [file for file in selectors.chosen_files(actor, files) if file.is_left_out]
    if not rows:
        raise BadSelection(_("None of these files was left out."), hint=_("Load the page again."))
    fonds, year = rows[0].fonds.code, rows[0].year
    with atomic():
        home = all_fonds.lock_fonds(fonds)
        out = list(PoolFile.objects.select_for_update().filter(pk__in=[file.pk for file in rows]))
        change = Change(actor, home, year, "bring_back", _("%(files)s files brought back", files=len(out)))
        change.files(out)
        for file in out:
            file.is_left_out = False
        _save_files(out)
        _close(actor, change, home, year, _("%(files)s files brought back", files=len(out)))
    return len(out)


def _begin(
    actor: Actor, item: UUID, verb: str, label: Message, *, version: int | None = None
) -> tuple[PoolItem, list[PoolFile], Change]:
    """Lock an item with its files for one change. To be called inside `atomic()`."""
    found = selectors.pool_item(actor, item)
    home = all_fonds.lock_fonds(found.fonds.code)
    row = _open_items(actor, found.fonds.code, [found.pk], version=version)[found.pk]
    change = Change(actor, home, row.year, verb, label)
    change.items([row])
    return row, list(PoolFile.objects.select_for_update().filter(item=row)), change


def _open_items(actor: Actor, fonds: str, keys: Iterable[UUID], *, version: int | None = None) -> dict[UUID, PoolItem]:
    """Items that may be changed, locked, in the order given."""
    rows = selectors.locked_items(actor, keys, version=version)
    policies.require_rows(actor, policies.ARRANGE, fonds, rows)
    return {one.pk: one for one in rows}


def _loose(actor: Actor, fonds: str, year: int, keys: Sequence[UUID]) -> dict[UUID, PoolFile]:
    found: dict[UUID, PoolFile] = {}
    for part in chunked(list(dict.fromkeys(keys)), 500):
        rows = policies.visible_files(actor).select_for_update(of=("self",)).filter(
            pk__in=part, fonds__code=fonds, year=year, item=None, is_left_out=False
        )  # fmt: skip
        found.update({one.pk: one for one in rows})
    if len(found) < len(set(keys)):
        raise BadSelection(
            _("Some of the files are not loose any more."), hint=_("Load the page again and choose anew.")
        )
    policies.require_rows(actor, policies.ARRANGE, fonds, found.values())
    return found


def _new_item(actor: Actor, home: Any, files: Sequence[PoolFile], parts: Mapping[UUID, Part]) -> PoolItem:
    proposed = order_files(loose_file(file) for file in files)
    place = {key: number for number, key in enumerate(proposed.keys)}
    told = dict(proposed.files)
    item = PoolItem(
        id=new_id(), fonds=home, unit=files[0].unit, year=files[0].year, title=proposed.title,
        document_number=proposed.document_number[:300], date=proposed.date, author=home.agency,
        pages=sum(file.pages or 0 for file in files) or None, formed_at=clock.now(), formed_by=actor.name[:200],
        elements=first_elements(files),
    )  # fmt: skip
    for file in files:
        file.item, file.order = item, place[file.pk]
        file.part = parts.get(file.pk, told[file.pk])
    return item


def _put_in_order(files: Sequence[PoolFile]) -> None:
    proposed = order_files(loose_file(file) for file in files)
    for file in files:
        file.order = proposed.keys.index(file.pk)
        file.part = dict(proposed.files)[file.pk]


def _save_files(files: Iterable[PoolFile]) -> None:
    rows = list(files)
    if rows:
        PoolFile.objects.bulk_update(rows, ["item", "order", "part", "is_left_out", "step"], batch_size=200)


def _close(actor: Actor, change: Change, home: Any, year: int, words: Message) -> None:
    change.keep()
    audit.append(
        actor, events.CHANGED, ("fonds", str(home.pk)),
        {"fonds": home.code, "year": year, "words": str(words), "step": str(change.id)},
    )  # fmt: skip


def _require_values(values: Mapping[str, str]) -> None:
    if values.get("date"):
        try:
            parse_date(values["date"])
        except DateError as error:
            raise BadSelection(error.message, hint=error.hint) from error
    if values.get("pages") and not (values["pages"].isdecimal() and len(values["pages"]) < 7):
        raise BadSelection(_("%(pages)s is no number of pages.", pages=values["pages"]), hint=_("Write it in digits."))
    if values.get("importance") and values["importance"] not in set("123456789"):
        raise BadSelection(
            _("%(value)s is no importance.", value=values["importance"]), hint=_("Choose a number from 1 to 9.")
        )
    if "title" in values and not values["title"]:
        raise BadSelection(_("An item needs a title."), hint=_("Write what the document is about."))
