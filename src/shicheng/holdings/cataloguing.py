"""Records without files, as catalogues bring them: put in, found again, and taken out, many at a time.

Ids are made from the import and the row, in the order of rows, so that a batch is a range of ids in every
database and index, and making the database anew gives the same ids. A record that was never changed has no
version rows: the item itself is its version 1.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from shicheng.base.bulk_rows import Forms, forms, insert_rows, present, update_rows
from shicheng.base.db import chunked
from shicheng.holdings import policies, tallies
from shicheng.holdings.describing import draw_columns
from shicheng.holdings.drawn_rows import DRAWN, drawn_values
from shicheng.holdings.hand_set import edited_next, hand_sets, without_hand_set
from shicheng.holdings.models import Fonds, FormerCode, HandSet, Item, ItemVersion
from shicheng.kernel.identifiers import derived_id, have_one_rest, lay_out, place_of
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.kernel.plain_json import encode_json
from shicheng.people.policies import require
from shicheng.people.types import Actor

MADE_CODE = "-CAT-"
# Entries of the log that stand for a whole batch of records; `ids_of_batch` tells which.
_BATCH = "cataloguing.import.batch"
BATCH_EVENTS = frozenset({_BATCH, "cataloguing.import.batch_undone"})
_IN = 900  # values in one query
_ITEM = (
    "id", "fonds_id", "reference_code", "code_sort", *DRAWN, "elements", "extra", "process", "transfer", "object_id",
    "source_key", "version", "files_count", "bytes", "registered",
)  # fmt: skip
_VERSION = ("id", "item_id", "version", "elements", "extra", "at", "by", "reason")


DrawnRow = tuple[Any, ...]  # the columns of an item that its description alone decides


@dataclass(slots=True)
class CatalogueRecord:
    """One row of a catalogue, ready to become an item."""

    row: int
    key: str  # stable: the same record has the same key in every import
    ref: str
    fonds: str
    elements: dict[str, str]
    extra: dict[str, str]
    drawn: DrawnRow | None = None


@dataclass(slots=True)
class PutRecords:
    """What became of records; `refused` names the rows that can't come in, with the reason."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[tuple[CatalogueRecord, Message]] = field(default_factory=list)
    # Values that did not come in because a person had set others: the item, its code, element -> value offered.
    kept_by_hand: list[tuple[UUID, str, dict[str, str]]] = field(default_factory=list)


@dataclass(slots=True)
class Withdrawn:
    """What taking records out changed."""

    removed: int = 0
    returned: int = 0
    kept: int = 0


def row_id(origin: UUID, row: int) -> UUID:
    """The id row `row` (below 2³²) of an import gets as a new item; ids of one import sort by row.

    The form of UUID version 7: the import's moment, then the row, then the import's own random bits.
    """
    return lay_out(origin, row, origin.int, version=7)


def draw_row(record: CatalogueRecord, number: str, form: Forms) -> DrawnRow:
    """Draw what can be drawn of a new item's row without the database, so that it can be done in advance."""
    sort = "" if "reference_code" in record.elements else f"{record.fonds}{MADE_CODE}{number}-{record.row:08d}"
    drawn = draw_columns(record.ref, record.elements, sort=sort)
    return drawn.code_sort, *drawn_values(drawn, form), encode_json(record.elements), encode_json(record.extra)


def put_records(
    *, actor: Actor, origin: UUID, number: str, fonds: Mapping[str, Fonds], records: Sequence[CatalogueRecord],
    at: datetime.datetime, adopt: bool = False,
) -> PutRecords:  # fmt: skip
    """Make items of records that are new, give those that changed a new version, and leave the others alone.

    To be called inside `atomic()`, with records whose rows and keys differ, and after the import is durable in
    the store. Values the record has replace those of the item; elements it is silent about stay. With `adopt`,
    items that were made anew from their own objects before are recognised by their ids. Audit entries are the
    caller's.
    """
    for code in {record.fonds for record in records}:
        require(actor, policies.REGISTER, fonds=code)
    known = _find("source_key", present(Item, "source_key", [record.key for record in records]))
    by_id = {item.pk: item for item in _find("id", [row_id(origin, one.row) for one in records])} if adopt else {}
    by_key = {item.source_key: item for item in known}
    result, fresh = PutRecords(), list[CatalogueRecord]()
    changed: list[tuple[CatalogueRecord, Item]] = []
    hand = hand_sets([*known, *by_id.values()])
    for record in records:
        item = by_key.get(record.key) or (by_id.get(row_id(origin, record.row)) if by_id else None)
        if item is not None and item.pk in hand:
            record = _but_by_hand(record, item, hand[item.pk], at, result)  # what may come in of it
        if item is None:
            fresh.append(record)
        elif _same(item, record) and item.source_key:
            result.unchanged += 1
        elif _same(item, record):
            Item.objects.filter(pk=item.pk).update(source_key=record.key, transfer=number)
            result.unchanged += 1
        else:
            changed.append((record, item))
    if adopt:  # what was changed by hand while the import was under way was never changed by it
        ahead = edited_next([item for _record, item in changed])
        result.unchanged += len(ahead)
        changed = [(record, item) for record, item in changed if item.pk not in ahead]
    fresh = _refuse_taken(fresh, result)
    _insert(fresh, origin, number, fonds, at)
    _change(changed, origin, number, at, actor)
    result.created, result.updated = len(fresh), len(changed)
    return result


def compare_records(records: Sequence[CatalogueRecord]) -> PutRecords:
    """Tell what `put_records` would do, changing nothing."""
    known = _find("source_key", present(Item, "source_key", [record.key for record in records]))
    by_key = {item.source_key: item for item in known}
    hand = hand_sets(by_key.values())
    result, fresh = PutRecords(), list[CatalogueRecord]()
    for record in records:
        item = by_key.get(record.key)
        if item is not None and item.pk in hand:
            record = _but_by_hand(record, item, hand[item.pk], None, result)  # as above
        if item is None:
            fresh.append(record)
        elif _same(item, record):
            result.unchanged += 1
        else:
            result.updated += 1
    result.created = len(_refuse_taken(fresh, result))
    return result


def fonds_codes_like(beginning: str) -> list[str]:
    """Codes of fonds that begin so: for giving the next number, which tells nothing of what is in them."""
    return list(Fonds.objects.filter(code__startswith=beginning).values_list("code", flat=True))


def ids_of_batch(details: Mapping[str, Any]) -> list[UUID]:
    """The items an audit entry `cataloguing.import.batch` or `…batch_undone` stands for, there or not.

    For followers of the log: what is not there any more is to be forgotten.
    """
    origin = UUID(str(details["id"]))
    first, last = (int(row) for row in details["rows"])
    made = [row_id(origin, row) for row in range(first, last + 1)]
    changed = _versions_between(origin, first, last).values_list("item_id", flat=True)
    if details.get("undo"):
        undone = _versions_between(UUID(str(details["undo"])), first, last)
        changed = changed.union(undone.values_list("item_id", flat=True))
    return list(dict.fromkeys([*made, *changed]))


def makes_only_new(event: str, details: Mapping[str, Any]) -> bool:
    """Tell whether every item an audit entry stands for was made by what it tells of."""
    if event != _BATCH:
        return False
    return not details.get("undo") and not details["updated"] and not details["unchanged"]


def withdraw_records(
    *, actor: Actor, origin: UUID, undo: UUID, number: str, rows: tuple[int, int], at: datetime.datetime
) -> Withdrawn:
    """Take back what the rows `rows[0]` to `rows[1]` of an import did. To be called inside `atomic()`.

    Items the import made are removed; items it changed return to their version before, as a new version. Items
    that were given files or were changed since are kept as they are and counted. Safe to run twice.
    """
    first, last = rows
    result = Withdrawn()
    between = (row_id(origin, first), row_id(origin, last))
    found = Item.objects.filter(pk__range=between, source_key__isnull=False).select_related("fonds")
    made = [item for item in found if have_one_rest(origin, item.pk)]
    for code in {item.fonds.code for item in made}:
        require(actor, policies.REGISTER, fonds=code)
    beginnings = _versions({item.pk: 1 for item in made if item.version > 1})
    edited = hand_sets(made)  # these have objects of their own in the store, which keeps what it was given
    gone = []
    for item in made:
        begun = beginnings.get(item.pk)
        as_made = item.version == 1 or (begun is not None and _equal(item, begun))
        if item.files_count == 0 and as_made and item.pk not in edited:
            gone.append(item.pk)
        else:
            result.kept += 1
    for part in chunked(gone, _IN):
        ItemVersion.objects.filter(item_id__in=part).delete()
        # No file can be there (files_count is 0), so nothing protected hangs on these rows.
        Item.objects.filter(pk__in=part)._raw_delete("default")
    result.removed = len(gone)
    _return_changed(actor, origin, undo, number, rows, at, result)
    return result


def _return_changed(
    actor: Actor, origin: UUID, undo: UUID, number: str, rows: tuple[int, int], at: datetime.datetime, result: Withdrawn
) -> None:
    found = _versions_between(origin, *rows).select_related("item__fonds")
    versions = [version for version in found if have_one_rest(origin, version.pk)]
    before = _versions({version.item_id: version.version - 1 for version in versions})
    back: list[tuple[CatalogueRecord, Item]] = []
    for version in versions:
        item, earlier = version.item, before.get(version.item_id)
        require(actor, policies.REGISTER, place=policies.place_of(item))
        if earlier is None or _equal(item, earlier):
            continue  # returned already
        if item.version != version.version:
            result.kept += 1
            continue
        row = place_of(version.pk)
        record = CatalogueRecord(
            row, item.source_key or "", item.reference_code, item.fonds.code, earlier.elements, earlier.extra
        )
        back.append((record, item))
    _change(back, undo, f"↩ {number}", at, actor, whole=True)
    result.returned = len(back)


def _find(column: str, values: Collection[Any]) -> list[Item]:
    found: list[Item] = []
    for part in chunked(list(values), _IN):
        found += Item.objects.filter(**{f"{column}__in": part}).select_related("fonds")
    return found


def _but_by_hand(
    record: CatalogueRecord, item: Item, hand: HandSet, at: datetime.datetime | None, result: PutRecords
) -> CatalogueRecord:
    values = without_hand_set(record.elements, record.extra, item, hand, at)
    if values.offered:
        result.kept_by_hand.append((item.pk, item.reference_code, values.offered))
    return replace(record, elements=values.elements, extra=values.extra, drawn=None)


def _same(item: Item, record: CatalogueRecord) -> bool:
    """Tell whether the item holds every value of the record; the number of the line says nothing of it."""
    mine = item.elements
    return all(mine.get(name) == text for name, text in record.elements.items() if name != "row_number") and all(
        item.extra.get(name) == text for name, text in record.extra.items()
    )


def _equal(item: Item, version: ItemVersion) -> bool:
    return bool(item.elements == version.elements and item.extra == version.extra)


def _refuse_taken(records: list[CatalogueRecord], result: PutRecords) -> list[CatalogueRecord]:
    """Take records out whose reference code is another item's."""
    taken: dict[str, str] = {}
    refs = [record.ref for record in records]
    for part in chunked([*present(Item, "reference_code", refs)], _IN):
        taken.update(Item.objects.filter(reference_code__in=part).values_list("reference_code", "transfer"))
    for part in chunked([*present(FormerCode, "code", refs)], _IN):
        taken.update(FormerCode.objects.filter(code__in=part).values_list("code", "item__transfer"))
    if not taken:
        return records
    for record in records:
        if record.ref in taken:
            result.refused.append(
                (record, _(
                    "The reference code %(code)s belongs to a record already that came with %(number)s. Correct the "
                    "code, or change that record itself.", code=record.ref, number=taken[record.ref],
                ))
            )  # fmt: skip
    return [record for record in records if record.ref not in taken]


def _insert(
    records: Iterable[CatalogueRecord], origin: UUID, number: str, fonds: Mapping[str, Fonds], at: datetime.datetime
) -> None:
    form = forms()
    as_id, moment, none = form.id, form.moment(at), encode_json([])
    fonds_ids = {code: as_id(one.pk) for code, one in fonds.items()}
    rows = []
    for record in records:
        identity = row_id(origin, record.row)
        rows.append((
            as_id(identity), fonds_ids[record.fonds], record.ref, *(record.drawn or draw_row(record, number, form)),
            none, number, f"urn:uuid:{identity}", record.key, 1, 0, 0, moment,
        ))  # fmt: skip
    with tallies.bringing(_ITEM, rows):
        insert_rows(Item, _ITEM, rows)


def _change(
    changed: Sequence[tuple[CatalogueRecord, Item]], origin: UUID, reason: str, at: datetime.datetime, actor: Actor,
    *, whole: bool = False,
) -> None:  # fmt: skip
    """Give items a new version; `whole` replaces elements and extra instead of adding to them."""
    if not changed:
        return
    kept = _versions({item.pk: item.version for _record, item in changed})
    items, versions = [], []
    form = forms()
    as_id, moment = form.id, form.moment(at)
    for record, item in changed:
        if item.pk not in kept:
            versions.append((
                as_id(derived_id("version", str(item.pk), item.version)), as_id(item.pk), item.version,
                encode_json(item.elements), encode_json(item.extra), form.moment(item.registered), "", item.transfer,
            ))  # fmt: skip
        elements = record.elements if whole else {**item.elements, **record.elements}
        extra = record.extra if whole else {**item.extra, **record.extra}
        versions.append((
            as_id(row_id(origin, record.row)), as_id(item.pk), item.version + 1, encode_json(elements),
            encode_json(extra), moment, actor.name[:200], reason,
        ))  # fmt: skip
        made = MADE_CODE in item.reference_code and "reference_code" not in elements
        drawn = draw_columns(item.reference_code, elements, sort=item.code_sort if made else "")
        items.append((
            *drawn_values(drawn, form), encode_json(elements), encode_json(extra), item.version + 1, record.key or None,
            as_id(item.pk),
        ))  # fmt: skip
    insert_rows(ItemVersion, _VERSION, versions)
    update_rows(Item, (*DRAWN, "elements", "extra", "version", "source_key"), items)


def _versions_between(origin: UUID, first: int, last: int) -> QuerySet[ItemVersion]:
    return ItemVersion.objects.filter(pk__range=(row_id(origin, first), row_id(origin, last)))


def _versions(wanted: Mapping[UUID, int]) -> dict[UUID, ItemVersion]:
    found: dict[UUID, ItemVersion] = {}
    for part in chunked(list(wanted), _IN):
        for version in ItemVersion.objects.filter(item_id__in=part):
            if version.version == wanted[version.item_id]:
                found[version.item_id] = version
    return found


@dataclass(frozen=True, slots=True)
class Found:
    """A record of a catalogue as far as files need it."""

    id: UUID
    key: str
    ref: str


def find_records(
    actor: Actor, *, keys: Sequence[str] = (), refs: Sequence[str] = (), filters: Mapping[str, str] | None = None,
    fonds: str = "", limit: int = 10,
) -> list[Found]:  # fmt: skip
    """Catalogue records the actor may see, by key, by code, or at most `limit` by the values of their columns."""
    visible = policies.visible(actor).filter(source_key__isnull=False)
    if fonds:
        visible = visible.filter(fonds__code=fonds)
    sets = []
    if filters:
        numbers = {name: value for name, value in filters.items() if name in ("year", "number")}
        if any(not value.isdecimal() or len(value) > 9 for value in numbers.values()):
            return []
        texts = {name: int(value) if name in numbers else value for name, value in filters.items()}
        sets.append(visible.filter(**texts)[:limit])
    sets += [visible.filter(source_key__in=part) for part in chunked(list(keys), _IN)]
    sets += [visible.filter(reference_code__in=part) for part in chunked(list(refs), _IN)]
    columns = ("pk", "source_key", "reference_code")
    rows = {row[0]: row for one in sets for row in one.values_list(*columns)}
    return [Found(pk, key or "", ref) for pk, key, ref in rows.values()]


def record(actor: Actor, item_id: UUID) -> Item:
    """One catalogue record the actor may see, with its fonds and files."""
    return (
        policies.visible(actor)
        .filter(source_key__isnull=False)
        .select_related("fonds")
        .prefetch_related("files")
        .get(pk=item_id)
    )
