"""Filing 归档: chosen items become a transfer folder and go the one way into the holdings.

The pool writes nothing into the store. A transfer is received, checked, accepted or returned like any other; what
became of it is read from there: accepted items close and point to the held ones, the others come back with reasons.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from shicheng.arranging import events, policies, selectors
from shicheng.arranging.collecting import local_path, staging
from shicheng.arranging.errors import BadSelection, NotReady
from shicheng.arranging.models import Batch, Filing, PoolFile, PoolItem
from shicheng.arranging.states import BATCH, FILING, ITEM
from shicheng.arranging.types import DRAFT_STATES, Part
from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.holdings import fonds as all_fonds
from shicheng.holdings.numbers import ids_of_codes
from shicheng.holdings.types import FILING_ROW
from shicheng.ingest import services as ingest
from shicheng.ingest.models import Transfer
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import message as _
from shicheng.packages.tree import open_plain
from shicheng.packages.types import ProcessEntry
from shicheng.packages.writing_transfer import write_transfer_folder
from shicheng.packages.writing_types import ExportFile, ExportItem, TransferStatement
from shicheng.people.types import Actor
from shicheng.settings import Settings, current

_ENDED: Final = ("stored", "returned", "withdrawn")


def begin_filing(
    *, actor: Actor, fonds: str, year: int, items: Sequence[UUID] | None = None, agency: str = ""
) -> Filing:
    """Have a job hand items over as one transfer; None takes all that are numbered. Raises `NotReady`."""
    from shicheng.arranging import work
    from shicheng.jobs import services as jobs

    with atomic():
        home = all_fonds.lock_fonds(fonds, takes_in=True)
        if items is None:
            listed = selectors.pool_items(actor, fonds, year, stage="numbered").prefetch_related(None)
            items = list(listed.values_list("pk", flat=True))
        if not items:
            raise NotReady(_("No item of the pool has a code yet."), hint=_("Classify and number the items first."))
        rows = selectors.locked_items(actor, items)
        policies.require_rows(actor, policies.FILE, fonds, rows)
        if any(one.fonds_id != home.pk or one.year != year for one in rows):
            raise BadSelection(_("The items are of several fonds or years."), hint=_("Choose items of one pool."))
        _require_ready(rows)
        filing = Filing.objects.create(
            fonds=home, year=year, items_count=len(rows),
            files_count=PoolFile.objects.filter(item__in=[one.pk for one in rows]).count(), begun_by=actor.name[:200],
            begun_at=clock.now(), agency=(agency or home.agency or home.name)[:400],
        )  # fmt: skip
        for one in rows:
            one.state, one.filing, one.returned = ITEM.next(one.state, "file"), filing, ""
            one.version += 1
        PoolItem.objects.bulk_update(rows, ["state", "filing", "returned", "version"], batch_size=200)
        audit.append(
            actor, events.FILING_BEGUN, ("filing", str(filing.pk)),
            {"fonds": fonds, "year": year, "items": filing.items_count, "files": filing.files_count},
        )  # fmt: skip
        filing.job = jobs.enqueue(
            work.file_items, unique_key=f"arranging.file:{filing.pk}", actor=actor, filing_id=str(filing.pk)
        ).pk
        filing.save(update_fields=["job"])
    return filing


def send(run: Run, *, filing_id: UUID, settings: Settings) -> dict[str, object]:
    """Write the items of a filing as a transfer folder and announce it; safe to run twice and after any cut."""
    filing = Filing.objects.select_related("fonds").get(pk=filing_id)
    if filing.state != "begun":
        return {"state": filing.state, "transfer": filing.number}
    target = _folder(filing, settings) / f"{filing.fonds.code}-{filing.year}"
    if not target.exists():  # a folder that is there is whole
        run.progress(0, filing.items_count, _("Items are written as a transfer folder."))
        shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir(parents=True)
        try:
            write_transfer_folder(_exported(run, filing, settings), target, statement=_statement(filing))
        except ShichengError as error:
            _give_up(run.actor, filing, str(error.message))
            raise
    with atomic():
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        if locked.state == "begun":
            transfer = ingest.announce(actor=run.actor, name=target.name, source=str(target))
            locked.transfer, locked.number = transfer.pk, transfer.number
            locked.state = FILING.next(locked.state, "send")
            locked.save()
            ingest.receive_later(actor=run.actor, transfer_id=transfer.pk)
            audit.append(
                run.actor, events.FILING_SENT, ("filing", str(filing.pk)),
                {"number": transfer.number, "items": locked.items_count},
            )  # fmt: skip
    return {"transfer": locked.number, "items": locked.items_count}


def give_up(*, actor: Actor, filing_id: UUID, settings: Settings) -> Filing:
    """Give up a filing that was not handed over; its items come back into the pool."""
    filing = selectors.filing(actor, filing_id)
    FILING.find_move(filing.state, "give_up")
    _give_up(actor, filing, "")
    shutil.rmtree(_folder(filing, settings), ignore_errors=True)
    return selectors.filing(actor, filing_id)


def any_to_settle() -> bool:
    """Tell whether the transfer of some filing has come to an end."""
    sent = Filing.objects.filter(state="sent").values("transfer")
    return Transfer.objects.filter(pk__in=sent, state__in=_ENDED).exists()


def settle_all(actor: Actor, settings: Settings) -> int:
    """Settle every filing whose transfer came to an end; returns how many."""
    settled = 0
    for filing in Filing.objects.filter(state="sent").select_related("fonds"):
        settled += settle(actor=actor, filing=filing, settings=settings)
    return settled


def settle(*, actor: Actor, filing: Filing, settings: Settings) -> bool:
    """Read what became of a filing's transfer; close what is held, give the rest back. Safe to run twice."""
    transfer = Transfer.objects.filter(pk=filing.transfer).first() if filing.transfer else None
    if transfer is None or transfer.state not in _ENDED:
        return False
    reason = _reason(transfer)
    with atomic():
        all_fonds.lock_fonds(filing.fonds.code)
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        if locked.state != "sent":
            return False
        rows = list(PoolItem.objects.select_for_update().filter(filing=locked, state="filing"))
        kept = _kept(transfer, rows) if transfer.state != "returned" else {}
        for one in rows:
            held = kept.get(one.reference_code or "")
            one.version += 1
            if held is not None:
                one.state, one.held_item = ITEM.next(one.state, "close"), held
            else:
                one.state, one.returned = (
                    ITEM.next(one.state, "give_back"),
                    reason
                    or str(_("It was held back; see the report of transfer %(number)s.", number=transfer.number)),
                )
        PoolItem.objects.bulk_update(rows, ["state", "held_item", "returned", "version"], batch_size=200)
        back = len(rows) - sum(one.state == "closed" for one in rows)
        locked.state = FILING.next(locked.state, "finish" if back == 0 else "give_back")
        locked.reason, locked.ended_at = reason, clock.now()
        locked.save()
        _clear_batches(rows, settings)
        audit.append(
            actor, events.FILING_ENDED, ("filing", str(locked.pk)),
            {"number": transfer.number, "filed": len(rows) - back, "back": back, "reason": reason or "–"},
        )  # fmt: skip
    shutil.rmtree(_folder(filing, settings), ignore_errors=True)
    discard_cleared(settings)
    return True


def discard_cleared(settings: Settings) -> None:
    """Take the staged bytes of cleared batches away: all of them are in the holdings."""
    area = staging(settings)
    for batch in Batch.objects.filter(state="cleared").order_by("-added_at")[:200]:
        if area.place(batch.place).exists():
            area.discard(batch.place)


def _clear_batches(rows: Sequence[PoolItem], settings: Settings) -> None:
    keys = set(PoolFile.objects.filter(item__in=[one.pk for one in rows]).values_list("batch", flat=True))
    waiting = PoolFile.objects.filter(batch__in=list(keys)).exclude(item__state="closed")
    still = set(waiting.values_list("batch", flat=True))
    for batch in Batch.objects.select_for_update().filter(pk__in=keys - still, state="here"):
        batch.state = BATCH.next(batch.state, "clear")
        batch.save(update_fields=["state"])


def _kept(transfer: Transfer, rows: Sequence[PoolItem]) -> dict[str, UUID]:
    number = transfer.number if transfer.state == "stored" else transfer.same_as
    return ids_of_codes(number, [one.reference_code or "" for one in rows]) if number else {}


def _reason(transfer: Transfer) -> str:
    if transfer.state == "withdrawn":
        return str(_("The very same batch is here as transfer %(number)s.", number=transfer.same_as))
    return transfer.reason


def _give_up(actor: Actor, filing: Filing, reason: str) -> None:
    with atomic():
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        if locked.state not in ("begun", "failed"):
            return
        rows = list(PoolItem.objects.select_for_update().filter(filing=locked, state="filing"))
        for one in rows:
            one.state, one.returned, one.version = ITEM.next(one.state, "give_back"), reason, one.version + 1
        PoolItem.objects.bulk_update(rows, ["state", "returned", "version"], batch_size=200)
        locked.state, locked.reason, locked.ended_at = FILING.next(locked.state, "give_up"), reason, clock.now()
        locked.save()
        audit.append(actor, events.FILING_GIVEN_UP, ("filing", str(filing.pk)), {"items": len(rows), "reason": reason})


def _require_ready(rows: Sequence[PoolItem]) -> None:
    for one in rows:
        missing = [
            word
            for word, value in (
                (_("a title"), one.title), (_("a class"), one.is_classified), (_("a code"), one.reference_code),
                (_("a date"), one.date),
            )
            if not value
        ]  # fmt: skip
        if missing:
            raise NotReady(
                _("“%(title)s” can't be filed: it has not got %(missing)s.", title=one.title or one.pk,
                  missing=missing[0]),
                hint=_("Put in what is missing, then file again."),
            )  # fmt: skip
    empty = set(PoolItem.objects.filter(pk__in=[one.pk for one in rows], files=None).values_list("pk", flat=True))
    if empty:
        title = next(one.title for one in rows if one.pk in empty)
        raise NotReady(_("“%(title)s” has no files.", title=title), hint=_("Put its files into it, or take it apart."))


def _exported(run: Run, filing: Filing, settings: Settings) -> Iterator[ExportItem]:
    rows = PoolItem.objects.filter(filing=filing, state="filing").order_by("code_sort", "id")
    done = 0
    for part in chunked(list(rows), 100):
        files: dict[UUID, list[PoolFile]] = {one.pk: [] for one in part}
        for file in PoolFile.objects.filter(item__in=part).select_related("batch").order_by("order", "path", "id"):
            files[file.item_id].append(file)  # type: ignore[index]  # they are of these items
        for one in part:
            yield _export_item(filing, one, files[one.pk], settings)
            done += 1
            run.progress(done, filing.items_count)


def _export_item(filing: Filing, one: PoolItem, files: Sequence[PoolFile], settings: Settings) -> ExportItem:
    code = one.reference_code or ""
    elements: dict[str, str] = {
        **one.elements,
        "fonds_code": filing.fonds.code, "fonds_name": filing.fonds.name, "year": str(one.year),
        "retention": one.retention, "department": one.department, "category": one.category,
        "item_number": code.rpartition("-")[2], "document_number": one.document_number, "author": one.author,
        "title": one.title, "date": one.date, "pages": str(one.pages or ""),
        "attachments": str(sum(file.part == Part.ANNEX for file in files) or ""),
    }  # fmt: skip
    extra = {FILING_ROW: one.scope_row} if one.scope_row else {}
    return ExportItem(
        ref=code,
        elements={name: text for name, text in elements.items() if text},
        extra=extra,
        process=[ProcessEntry(**entry) for entry in one.process],
        files=[_export_file(file, settings) for file in files],
    )


def _export_file(file: PoolFile, settings: Settings) -> ExportFile:
    path = local_path(file, settings)
    return ExportFile(
        name=file.name, size=file.size, digests={"sha512": file.sha512, "sm3": file.sm3},
        opener=partial(_open, path), draft_state=DRAFT_STATES.get(_part(file.part), ""), mime=file.mime,
    )  # fmt: skip


def _part(value: str) -> Part:
    return Part(value) if value in set(Part) else Part.MAIN


def _open(path: Path) -> Any:
    import os

    return open_plain(os.fsencode(path))


def _statement(filing: Filing) -> TransferStatement:
    categories = set(PoolItem.objects.filter(filing=filing).values_list("category", flat=True))
    return TransferStatement(
        agency=filing.agency, fonds_code=filing.fonds.code, fonds_name=filing.fonds.name,
        category=categories.pop() if len(categories) == 1 else "", date=f"{clock.now():%Y%m%d}",
    )  # fmt: skip


def _folder(filing: Filing, settings: Settings | None = None) -> Path:
    return (settings or current()).staging_path / "filings" / str(filing.pk)
