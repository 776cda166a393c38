"""Changing holdings."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from uuid import UUID

from shicheng.audit import services as audit
from shicheng.base.bulk_rows import insert_objects
from shicheng.base.db import chunked
from shicheng.holdings import events, policies
from shicheng.holdings.describing import draw_columns
from shicheng.holdings.errors import CodeTaken
from shicheng.holdings.file_rows import write_file_rows
from shicheng.holdings.models import Fonds, FormerCode, Item, ItemVersion, Renumbered
from shicheng.holdings.past_rows import write_past
from shicheng.holdings.types import FILING_ROW, NewItem
from shicheng.kernel import clock
from shicheng.kernel.identifiers import derived_id
from shicheng.kernel.messages import message as _
from shicheng.people.policies import require
from shicheng.people.types import Actor


def found_fonds(
    *, actor: Actor, code: str, name: str, agency: str = "", at: datetime.datetime | None = None, restored: bool = False
) -> Fonds:
    """Return the fonds with this code, founding it if it is new. To be called inside `atomic()`.

    `restored` says that its row is read back from the store: its founding stands in the log already.
    """
    require(actor, policies.REGISTER, fonds=code)
    fonds, made = Fonds.objects.get_or_create(
        code=code,
        defaults={
            # The same fonds has the same id whenever the database is made anew: the log names it by that.
            "id": derived_id("fonds", code),
            "name": name or code,
            "agency": agency,
            "founded": at or clock.now(),
        },
    )
    if made and not restored:
        audit.append(actor, events.FONDS_FOUNDED, ("fonds", str(fonds.pk)), {"code": code, "name": fonds.name})
    return fonds


def fonds_code_of(one: NewItem) -> str:
    """Code of the fonds a new item belongs to, as its description or its reference code says; "" if neither does."""
    return draw_columns(one.ref, one.elements).fonds_code


def register_items(
    *, actor: Actor, fonds: Fonds, new_items: Sequence[NewItem], at: datetime.datetime | None = None, by: str = ""
) -> int:
    """Write the rows of items that are durable in the store; those registered already are left alone.

    To be called inside `atomic()`, after the store has promised the objects. Returns how many rows were new.
    Raises `CodeTaken` if another item has or had one of the codes. Audit entries are the caller's: it knows
    what the items came with. `at` and `by` say when and by whom they were accepted, if not now by the actor.
    """
    require(actor, policies.REGISTER, fonds=fonds.code)
    known: set[object] = set()
    for part in chunked([one.id for one in new_items], 500):
        known.update(Item.objects.filter(pk__in=part).values_list("pk", flat=True))
    fresh = [one for one in new_items if one.id not in known]
    for codes in chunked([one.ref for one in fresh], 500):
        taken = Item.objects.filter(reference_code__in=codes).values_list("reference_code", flat=True).first()
        if taken is not None:
            raise CodeTaken(
                _("The reference code %(code)s belongs to another item already.", code=taken),
                hint=_("Return the item to the office with this reason; a code is never given twice."),
            )
        promised = Renumbered.objects.filter(new__in=codes, done_at=None, problem__isnull=True).exists()
        if promised:
            raise CodeTaken(
                _("One of the reference codes is promised to an item that gets a new one."),
                hint=_("Wait until the renumbering has ended, then look which code it is."),
            )
        former = FormerCode.objects.filter(code__in=codes).values_list("code", flat=True).first()
        if former is not None:
            raise CodeTaken(
                _("The reference code %(code)s belonged to another item once.", code=former),
                hint=_("Return the item to the office with this reason; a code is never given twice."),
            )
    now = at or clock.now()
    insert_objects([_item_row(one, fonds, now) for one in fresh])
    insert_objects(
        [
            ItemVersion(item_id=one.id, version=1, elements=one.elements, extra=one.extra, at=now, by=by or actor.name)
            for one in fresh
            if one.past is None
        ]
    )
    for one in fresh:
        if one.past is not None:
            write_past(one.id, one.past)
    write_file_rows((one.id, one.files) for one in fresh)
    return len(fresh)


def _item_row(one: NewItem, fonds: Fonds, now: datetime.datetime) -> Item:
    drawn, past = draw_columns(one.ref, one.elements), one.past
    return Item(
        id=one.id,
        fonds=fonds,
        reference_code=one.ref,
        code_sort=(past.code_sort if past else "") or drawn.code_sort,
        category=drawn.category,
        year=drawn.year,
        retention=drawn.retention,
        department=drawn.department,
        volume=drawn.volume,
        number=drawn.number,
        title=drawn.title,
        author=drawn.author,
        document_number=drawn.document_number,
        date_text=drawn.date_text,
        date_from=drawn.date_from,
        date_to=drawn.date_to,
        secrecy=drawn.secrecy,
        openness=drawn.openness,
        pages=drawn.pages,
        elements=one.elements,
        extra=one.extra,
        process=one.process,
        transfer=one.transfer,
        object_id=one.object_id,
        source_key=(past.source_key or None) if past else None,
        filing_row=_filing_row(one.extra),
        version=past.versions[-1].version if past else 1,
        files_count=len(one.files),
        bytes=sum(each.size for each in one.files),
        registered=now,
    )


def _filing_row(extra: Mapping[str, str]) -> str | None:
    """Id of the row of a filing table that judged a record, as it came with it; None if none did."""
    try:
        return str(UUID(str(extra[FILING_ROW])))
    except (KeyError, ValueError):
        return None
