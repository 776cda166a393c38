"""Links between descriptions and the authorities they name: drawn from the descriptions, and never kept elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from shicheng.audit import selectors as audit
from shicheng.audit import services as positions
from shicheng.base.db import atomic, chunked
from shicheng.describing.authorities import fold_name
from shicheng.describing.models import KINDS, Authority, AuthorityLink, AuthorityName
from shicheng.holdings import policies as holdings
from shicheng.holdings.cataloguing import BATCH_EVENTS, ids_of_batch
from shicheng.holdings.events import ITEM_EDITED
from shicheng.holdings.models import Item
from shicheng.jobs.errors import TryLater
from shicheng.kernel.messages import message as _
from shicheng.kernel.reference_codes import CATEGORIES
from shicheng.people.services import SYSTEM
from shicheng.people.types import Actor
from shicheng.schemes.fields import fields_of, laid_down
from shicheng.search.errors import IndexUnusable
from shicheng.search.services import find_ids
from shicheng.settings import Settings

FOLLOWER: Final = "authorities"
_ENTRIES: Final = 2000
_PART: Final = 500
BETWEEN: Final = re.compile(r"[;；,，、\n]")
# Elements of the norm that name authorities whatever a category's fields say, and of which kinds.
_ALWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "author": ("body", "person"), "addressee": ("body",), "copied_to": ("body",), "agency": ("body",),
    "persons": ("person",), "subjects": ("subject",),
}  # fmt: skip


def naming(category: str) -> dict[str, tuple[str, ...]]:
    """Which elements and fields of a category name authorities, and of which kinds."""
    found = dict(_ALWAYS)
    for one in fields_of(category):
        if one.type == "authority" and one.authority not in found.get(one.name, ()):
            found[one.name] = (*found.get(one.name, ()), one.authority)
    return found


def _naming_anywhere() -> frozenset[str]:
    """What names authorities in any category."""
    # With another category other fields may.
    named = (name for code in ("", *CATEGORIES, *laid_down()) for name in naming(code))
    return frozenset((*named, "category", "reference_code"))


def records(actor: Actor, kept: Authority) -> QuerySet[Item]:
    """The records that name an authority, as far as the actor may see them."""
    named = AuthorityLink.objects.filter(authority=kept).values("item_id")
    return holdings.visible(actor).filter(pk__in=named).select_related("fonds").order_by("code_sort", "id")


def relink(ids: Iterable[UUID]) -> int:
    """Draw the links of some items anew; returns how many there are. Safe to run twice; items may be gone."""
    made = 0
    for part in chunked(list(dict.fromkeys(ids)), _PART):
        made += _relink_part(part)
    return made


def follow(*, watch: Callable[[], None]) -> int:
    """Draw the links of what was changed since the last time; returns how many entries of the log were read."""
    if not AuthorityName.objects.exists():
        positions.set_follower_position(FOLLOWER, audit.head_position())
        return 0
    read, naming_ones = 0, _naming_anywhere()
    while entries := audit.entries_after(positions.follower_position(FOLLOWER), _ENTRIES):
        watch()
        ids: dict[UUID, None] = {}
        for entry in entries:
            if entry.event in BATCH_EVENTS:
                ids.update(dict.fromkeys(ids_of_batch(entry.details)))
            elif entry.subject_kind == "item":
                if entry.event == ITEM_EDITED and naming_ones.isdisjoint(entry.details.get("changes", naming_ones)):
                    continue  # nothing that names anybody was changed
                with suppress(ValueError):
                    ids[UUID(entry.subject_id)] = None
        relink(ids)
        positions.set_follower_position(FOLLOWER, entries[-1].position)
        read += len(entries)
    return read


def link_names(authority_id: UUID, settings: Settings, *, watch: Callable[[], None]) -> int:
    """Link the records that name an authority by one of its names, and let go those that do not any more."""
    kept = Authority.objects.filter(pk=authority_id).first()
    if kept is None:
        return 0
    ids: dict[UUID, None] = {}
    for one in (kept, *Authority.objects.filter(merged_into=kept)):
        ids.update(dict.fromkeys(AuthorityLink.objects.filter(authority=one).values_list("item_id", flat=True)))
    for name in kept.names.all():
        watch()
        words = name.name.replace('"', " ")
        try:
            found = find_ids(SYSTEM, f'"{words}"', index_path=settings.index_path)
        except IndexUnusable as error:  # it is being made anew
            raise TryLater(
                _("The index is being made anew; the records that name %(name)s are looked for then.", name=kept.name)
            ) from error
        ids.update(dict.fromkeys(found))
    listed, made = list(ids), 0
    for part in chunked(listed, _PART):
        watch()
        made += _relink_part(part)
    return made


def _relink_part(ids: Sequence[UUID]) -> int:
    spoken: dict[tuple[str, str], list[tuple[UUID, str]]] = {}
    rows = Item.objects.filter(pk__in=ids).values_list("pk", "category", "elements", "extra")
    elements: dict[str, dict[str, tuple[str, ...]]] = {}
    for pk, category, values, extra in rows:
        named = elements.setdefault(category, naming(category))
        for name, kinds in named.items():
            for text in _values(name, values, extra):
                for kind in kinds:
                    spoken.setdefault((kind, fold_name(text)), []).append((pk, name))
    wanted: set[tuple[UUID, UUID, str]] = set()
    for part in chunked(sorted({folded for _kind, folded in spoken}), 900):
        found = AuthorityName.objects.filter(kind__in=KINDS, folded__in=part).values_list(
            "kind", "folded", "authority_id"
        )
        for kind, folded, authority in found:
            wanted.update((pk, authority, name) for pk, name in spoken.get((kind, folded), ()))
    with atomic():
        there = {
            (link.item_id, link.authority_id, link.element): link.pk
            for link in AuthorityLink.objects.filter(item_id__in=list(ids))
        }
        AuthorityLink.objects.filter(pk__in=[pk for key, pk in there.items() if key not in wanted]).delete()
        AuthorityLink.objects.bulk_create(
            [
                AuthorityLink(item_id=item, authority_id=authority, element=name)
                for item, authority, name in sorted(wanted - set(there), key=str)
            ],
            ignore_conflicts=True,
        )
    return len(wanted)


def _values(name: str, elements: Mapping[str, Any], extra: Mapping[str, Any]) -> list[str]:
    text = str(extra.get(name[1:], "") if name.startswith("+") else elements.get(name, ""))
    if not text:
        return []
    parts = [part.strip() for part in BETWEEN.split(text)]
    # The whole too: a name may hold one of these signs.
    return [part for part in dict.fromkeys((text.strip(), *parts)) if part]
