"""Filing 归档: chosen items become a transfer folder and go the one way into the holdings.

The pool writes nothing into the store. A transfer is received, checked, accepted or returned like any other; what
became of it is read from there: accepted items close and point to the held ones, the others come back with reasons.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from shicheng.arranging import events, policies, selectors
from shicheng.arranging.collecting import local_path
from shicheng.arranging.errors import BadSelection, NotReady
from shicheng.arranging.models import Filing, PoolFile, PoolItem
from shicheng.arranging.states import FILING, ITEM
from shicheng.arranging.types import DRAFT_STATES, Part
from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.holdings import fonds as all_fonds
from shicheng.holdings.types import FILING_ROW
from shicheng.ingest import services as ingest
from shicheng.ingest.models import Transfer
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.elements import ADDED
from shicheng.packages.tree import open_plain
from shicheng.packages.types import ProcessEntry
from shicheng.packages.writing_transfer import write_transfer_folder
from shicheng.packages.writing_types import ExportFile, ExportItem, TransferStatement
from shicheng.people.types import Actor
from shicheng.settings import Settings, current


def begin_filing(
    *, actor: Actor, fonds: str, year: int, items: Sequence[UUID] | None = None, agency: str = ""
) -> list[Filing]:
    """Have jobs hand items over; None takes all that are numbered and lack nothing. Raises `NotReady`.

    What came back from a transfer goes again under its number, all else as one transfer of its own: so there is one
    filing for each transfer that is mended and one for what is new.
    """
    with atomic():
        home = all_fonds.lock_fonds(fonds, takes_in=True)
        is_all = items is None
        if items is None:
            listed = selectors.pool_items(actor, fonds, year, stage="numbered").prefetch_related(None)
            items = list(listed.values_list("pk", flat=True))
        if not items:
            raise NotReady(_("No item of the pool has a code yet."), hint=_("Classify and number the items first."))
        rows = selectors.locked_items(actor, items)
        policies.require_rows(actor, policies.FILE, fonds, rows)
        if any(one.fonds_id != home.pk or one.year != year for one in rows):
            raise BadSelection(_("The items are of several fonds or years."), hint=_("Choose items of one pool."))
        if is_all:
            rows = [one for one in rows if not lacks(one)] or rows
        _require_ready(rows)
        groups: dict[str, list[PoolItem]] = {}
        for one in rows:
            groups.setdefault(one.mends, []).append(one)
        mended = _to_be_mended(groups)
        for number in groups.keys() - mended.keys() - {""}:  # stored, or given up, by somebody else meanwhile
            groups.setdefault("", []).extend(groups.pop(number))
        return [
            _begin(actor, home, year, members, mended.get(number), agency or home.agency or home.name)
            for number, members in sorted(groups.items())
        ]


def _to_be_mended(numbers: Iterable[str]) -> dict[str, Transfer]:
    """Those of some transfers that may be sent again under their numbers."""
    found = Transfer.objects.filter(number__in=[number for number in numbers if number])
    return {one.number: one for one in found if may_come_again(one)}


def may_come_again(transfer: Transfer) -> bool:
    """Tell whether what came back from a transfer can be sent again under its number."""
    return transfer.state in ("returned", "failed") or (transfer.state == "stored" and transfer.held > 0)


def _begin(actor: Actor, home: Any, year: int, rows: Sequence[PoolItem], mends: Transfer | None, agency: str) -> Filing:
    from shicheng.arranging import work
    from shicheng.jobs import services as jobs

    filing = Filing.objects.create(
        fonds=home, year=year, items_count=len(rows), files_count=_count_files(rows), begun_by=actor.name[:200],
        begun_at=clock.now(), agency=agency[:400], attempt=mends.attempt + 1 if mends else 1,
        transfer=mends.pk if mends else None, number=mends.number if mends else "",
    )  # fmt: skip
    for one in rows:
        one.state, one.filing, one.returned, one.faults = ITEM.next(one.state, "file"), filing, "", []
        one.version += 1
    PoolItem.objects.bulk_update(rows, ["state", "filing", "returned", "faults", "version"], batch_size=200)
    audit.append(
        actor, events.FILING_BEGUN, ("filing", str(filing.pk)),
        {"fonds": home.code, "year": year, "items": filing.items_count, "files": filing.files_count,
         "mends": filing.number},
    )  # fmt: skip
    filing.job = jobs.enqueue(
        work.file_items, unique_key=f"arranging.file:{filing.pk}", actor=actor, filing_id=str(filing.pk)
    ).pk
    filing.save(update_fields=["job"])
    return filing


def _count_files(rows: Sequence[PoolItem]) -> int:
    parts = chunked([one.pk for one in rows], 500)
    return sum(PoolFile.objects.filter(item__in=part).count() for part in parts)


def send(run: Run, *, filing_id: UUID, settings: Settings) -> dict[str, object]:
    """Write the items of a filing as a transfer folder and announce it; safe to run twice and after any cut."""
    filing = Filing.objects.select_related("fonds").get(pk=filing_id)
    if filing.state != "begun":
        return {"state": filing.state, "transfer": filing.number}
    target = folder_of(filing, settings) / f"{filing.fonds.code}-{filing.year}"
    if not target.exists():  # a folder that is there is whole
        run.progress(0, filing.items_count, _("Items are written as a transfer folder."))
        shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir(parents=True)
        try:
            write_transfer_folder(_exported(run, filing, settings), target, statement=_statement(filing))
        except ShichengError as error:
            _give_up(run.actor, filing, str(error.message))
            raise
    try:
        return _hand_over(run.actor, filing, target)
    except ShichengError as error:  # somebody else sent another batch under the number that is mended
        _give_up(run.actor, filing, str(error.message))
        raise


def _hand_over(actor: Actor, filing: Filing, target: Path) -> dict[str, object]:
    with atomic():
        locked = Filing.objects.select_for_update().get(pk=filing.pk)
        if locked.state == "begun":
            where = {"name": target.name, "source": str(target)}
            if locked.transfer is not None:
                transfer = ingest.resubmit(actor=actor, transfer_id=locked.transfer, **where)
            else:
                transfer = ingest.announce(actor=actor, **where)
            locked.transfer, locked.number = transfer.pk, transfer.number
            locked.state = FILING.next(locked.state, "send")
            locked.attempt = transfer.attempt
            locked.save()
            ingest.receive_later(actor=actor, transfer_id=transfer.pk)
            audit.append(
                actor, events.FILING_SENT, ("filing", str(filing.pk)),
                {"number": transfer.number, "items": locked.items_count, "attempt": transfer.attempt},
            )  # fmt: skip
    return {"transfer": locked.number, "items": locked.items_count}


def give_up(*, actor: Actor, filing_id: UUID, settings: Settings) -> Filing:
    """Give up a filing that was not handed over; its items come back into the pool."""
    filing = selectors.filing(actor, filing_id)
    FILING.find_move(filing.state, "give_up")
    _give_up(actor, filing, "")
    shutil.rmtree(folder_of(filing, settings), ignore_errors=True)
    return selectors.filing(actor, filing_id)


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


def lacks(one: PoolItem) -> list[Message]:
    """What an item still has to get before it can be filed."""
    return [
        word
        for word, value in (
            (_("a title"), one.title), (_("a class"), one.is_classified), (_("a code"), one.reference_code),
            (_("a date"), one.date),
        )
        if not value
    ]  # fmt: skip


def _require_ready(rows: Sequence[PoolItem]) -> None:
    for one in rows:
        missing = lacks(one)
        if missing:
            raise NotReady(
                _("“%(title)s” can't be filed: it has not got %(missing)s.", title=one.title or one.pk,
                  missing=missing[0]),
                hint=_("Put in what is missing, then file again."),
            )  # fmt: skip
    empty: set[UUID] = set()
    for part in chunked([one.pk for one in rows], 500):
        empty.update(PoolItem.objects.filter(pk__in=part, files=None).values_list("pk", flat=True))
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
        **{name: text for name, text in one.elements.items() if not name.startswith(ADDED)},
        "fonds_code": filing.fonds.code, "fonds_name": filing.fonds.name, "year": str(one.year),
        "retention": one.retention, "department": one.department, "category": one.category,
        "item_number": code.rpartition("-")[2], "document_number": one.document_number, "author": one.author,
        "title": one.title, "date": one.date, "pages": str(one.pages or ""),
        "attachments": str(sum(file.part == Part.ANNEX for file in files) or ""),
    }  # fmt: skip
    extra = {FILING_ROW: one.scope_row} if one.scope_row else {}
    extra |= {name.removeprefix(ADDED): text for name, text in one.elements.items() if name.startswith(ADDED) and text}
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


def folder_of(filing: Filing, settings: Settings | None = None) -> Path:
    return (settings or current()).staging_path / "filings" / str(filing.pk)
