"""Reading holdings. Whatever lists items starts from what the actor may see."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from django.db.models import JSONField, QuerySet, Value
from django.db.models.functions import NullIf

from shicheng.base.bulk_rows import forms, read_rows
from shicheng.base.db import chunked
from shicheng.holdings import policies
from shicheng.holdings.counting import Number, branches, count, facets, totals
from shicheng.holdings.errors import ItemNotFound
from shicheng.holdings.models import File, FileText, Fonds, FormerCode, Item
from shicheng.holdings.narrowing import FILTERS, TREE, WITHOUT, first_moment, narrow
from shicheng.holdings.tables import read_table, select, walk, walk_ids
from shicheng.holdings.types import IndexDocument
from shicheng.kernel.messages import message as _
from shicheng.kernel.plain_json import decode_json
from shicheng.people.types import Actor, Place

__all__ = [
    "FILTERS", "TREE", "WITHOUT", "ItemQuery", "Number", "branches", "count", "facets", "first_moment", "items",
    "narrow", "read_table", "select", "totals", "walk", "walk_ids",
]  # fmt: skip

ORDERS = {
    "code": "code_sort",
    "-code": "-code_sort",
    "date": "date_from",
    "-date": "-date_from",
    "title": "title",
    "-title": "-title",
}


# Columns of an item that stand in `IndexDocument` as they are, in its order.
_INDEXED = (
    *("reference_code", "title", "author", "document_number", "fonds__code", "fonds__name", "category", "year"),
    *("retention", "department", "date_text", "openness", "secrecy", "transfer", "code_sort", "date_from", "date_to"),
)
_NOTHING = Value({}, JSONField())


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """What a list of items is narrowed to."""

    filters: dict[str, str] = field(default_factory=dict)
    title: str = ""
    order: str = "code"


def items(actor: Actor, query: ItemQuery | None = None) -> QuerySet[Item]:
    """Items the actor may see, narrowed and ordered."""
    query = query or ItemQuery()
    found = narrow(policies.visible(actor), query.filters)
    if query.title:
        found = found.filter(title__icontains=query.title)
    return found.select_related("fonds").order_by(ORDERS.get(query.order, "code_sort"), "id")


def item(actor: Actor, key: UUID | str) -> Item:
    """One item by id or by the reference code it has or had; raises `ItemNotFound` if the actor may see none."""
    found = policies.visible(actor).select_related("fonds").prefetch_related("files")
    one = None
    with suppress(ValueError):
        one = found.filter(pk=UUID(str(key))).first()
    one = one or found.filter(reference_code=str(key)).first() or found.filter(former_codes__code=str(key)).first()
    if one is None:
        raise ItemNotFound(
            _("There is no record %(key)s here, or it is not open to you.", key=key),
            hint=_("Search for it by its title or another part of its code."),
        )
    return one


def file(actor: Actor, file_id: UUID) -> File:
    """One file of an item the actor may see."""
    try:
        return File.objects.select_related("item").get(pk=file_id, item__in=policies.visible(actor))
    except File.DoesNotExist as error:
        raise ItemNotFound(_("There is no such file here, or it is not open to you.")) from error


def file_text(one: File) -> str | None:
    """Text drawn from a file, None if it has none."""
    try:
        return _unpacked(one.text.zipped)
    except FileText.DoesNotExist:
        return None


def _unpacked(zipped: bytes | memoryview) -> str:
    return zlib.decompress(zipped).decode("utf-8")


def neighbours(actor: Actor, one: Item) -> tuple[Item | None, Item | None]:
    """The items before and after this one in the order of codes within its fonds."""
    same = policies.visible(actor).filter(fonds=one.fonds)
    before = same.filter(code_sort__lt=one.code_sort).order_by("-code_sort").first()
    return before, same.filter(code_sort__gt=one.code_sort).order_by("code_sort").first()


def fonds_names(actor: Actor, codes: Iterable[str]) -> dict[str, str]:
    """Names of those of some fonds that hold items the actor may see, by code."""
    listed = list(codes)
    if not listed:
        return {}
    kinds = policies.visible_tallies(actor).filter(fonds__code__in=listed, items__gt=0)
    return dict(Fonds.objects.filter(pk__in=kinds.order_by().values("fonds_id")).values_list("code", "name"))


def item_count() -> int:
    """Number of items there are. For checks: it tells nothing of any one of them."""
    return Item.objects.count()


def existing_reference_codes(codes: Iterable[str], *, except_transfer: str = "") -> set[str]:
    """Those of `codes` that some item has or had. For checks: it tells nothing but that a code is taken."""
    found: set[str] = set()
    for part in chunked(list(codes), 500):
        taken = Item.objects.filter(reference_code__in=part).exclude(transfer=except_transfer)
        found.update(taken.values_list("reference_code", flat=True))
        former = FormerCode.objects.filter(code__in=part).exclude(item__transfer=except_transfer)
        found.update(former.values_list("code", flat=True))
    return found


def existing_documents(pairs: Iterable[tuple[str, str]], *, except_transfer: str = "") -> dict[tuple[str, str], str]:
    """Those (document number, title) pairs that some item has, with its code. For checks, as above."""
    wanted = set(pairs)
    found: dict[tuple[str, str], str] = {}
    for part in chunked(sorted({number for number, _title in wanted}), 500):
        same = Item.objects.filter(document_number__in=part).exclude(transfer=except_transfer)
        for number, title, code in same.values_list("document_number", "title", "reference_code"):
            if (number, title) in wanted:
                found.setdefault((number, title), code)
    return found


def codes_of_transfer(number: str) -> set[str]:
    """Reference codes of the items that came with a transfer, also those they had before. For intake."""
    former = FormerCode.objects.filter(item__transfer=number).values_list("code", flat=True)
    return {*Item.objects.filter(transfer=number).values_list("reference_code", flat=True), *former}


def count_of_transfer(number: str) -> int:
    """Number of the items that came with a transfer. For intake, as above."""
    return Item.objects.filter(transfer=number).count()


def digests_of_transfer(number: str, *, before: datetime) -> dict[str, set[str]]:
    """The digests (SM3) of the files of each item that came with a transfer before a moment. For intake, as above."""
    rows = Item.objects.filter(transfer=number, registered__lt=before).order_by()
    found: dict[str, set[str]] = {}
    for code, sm3 in rows.values_list("reference_code", "files__sm3").iterator():
        found.setdefault(code, set()).update([sm3] if sm3 else [])
    former = FormerCode.objects.filter(item__transfer=number, item__reference_code__in=list(found))
    found.update({code: found[now] for code, now in former.values_list("code", "item__reference_code")})
    return found


def codes_of_objects(object_ids: Iterable[str]) -> dict[str, str]:
    """Reference codes of the items that objects of the store keep, for naming damage."""
    found: dict[str, str] = {}
    for part in chunked(list(object_ids), 500):
        found.update(Item.objects.filter(object_id__in=part).values_list("object_id", "reference_code"))
    return found


def sample(actor: Actor, count: int, chance: Random) -> list[Item]:
    """A random sample of the items with files the actor may see; all of them if there are no more than `count`."""
    with_files = policies.visible(actor).filter(files_count__gt=0)
    keys = list(with_files.order_by("id").values_list("id", flat=True))
    chosen = keys if len(keys) <= count else chance.sample(keys, count)
    found: list[Item] = []
    for part in chunked(chosen, 500):
        found.extend(with_files.filter(pk__in=part).prefetch_related("files").order_by("code_sort"))
    return found


def index_documents(ids: Iterable[UUID]) -> Iterator[IndexDocument]:
    """What the search index needs of these items; only for the index, which filters by actor itself."""
    form = forms()
    for part in chunked(list(ids), 500):
        # Rows as values: model objects would take as long to make as the documents of the index.
        # Most records have nothing beyond the elements, and then nothing is read of it.
        found = read_rows(
            Item.objects.filter(pk__in=part).values_list(
                "id", *_INDEXED, "elements", NullIf("extra", _NOTHING), "files_count"
            )
        )
        formats: dict[UUID, set[str]] = defaultdict(set)
        texts: dict[UUID, list[str]] = defaultdict(list)
        with_files = [form.read_id(row[0]) for row in found if row[-1]]
        files = File.objects.filter(item__in=with_files).order_by("order")
        for item_id, name, zipped in files.values_list("item_id", "name", "text__zipped") if with_files else ():
            if suffix := name.rpartition(".")[2].lower() if "." in name else "":
                formats[item_id].add(suffix)
            if zipped is not None:
                texts[item_id].append(_unpacked(zipped))
        for row in found:
            bare_id, *values, elements, extra, count = row
            one = form.read_id(bare_id)
            others = None if extra is None else decode_json(extra)
            suffixes = tuple(sorted(formats[one])) if count else ()
            text = "\n".join(filter(None, texts[one])) if count else ""
            yield IndexDocument._make((one, *values, decode_json(elements), others, suffixes, text))


def all_item_ids() -> Iterator[UUID]:
    """Ids of every item in a stable order, for making the index anew."""
    return Item.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=5000)


def standing(reference_code: str) -> tuple[Place, bool] | None:
    """Where the record with a code stands and whether it is open to all: what explaining a grant may tell."""
    one = Item.objects.select_related("fonds").filter(reference_code=reference_code).first()
    return None if one is None else (policies.place_of(one), policies.is_open(one))
