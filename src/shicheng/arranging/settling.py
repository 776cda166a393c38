"""What became of a filing: what is held closes, the rest comes back into the pool with what was wrong with it."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from shicheng.arranging import events
from shicheng.arranging.collecting import staging
from shicheng.arranging.filing import folder_of, may_come_again
from shicheng.arranging.models import Batch, Filing, PoolFile, PoolItem
from shicheng.arranging.states import BATCH, FILING, ITEM
from shicheng.audit import services as audit
from shicheng.base.db import atomic, chunked
from shicheng.checks import selectors as checks
from shicheng.checks.errors import UnknownReport
from shicheng.holdings import fonds as all_fonds
from shicheng.holdings.numbers import ids_of_codes
from shicheng.ingest.models import Transfer
from shicheng.kernel import clock
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.people.types import Actor
from shicheng.settings import Settings

_ENDED: Final = ("stored", "returned", "withdrawn")
_SETTLED: Final = ["state", "held_item", "returned", "faults", "mends", "step", "version"]
_MOST_FAULTS: Final = 20  # of one item


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
    reason, faults = _reason(transfer), _faults(transfer)
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
                one.state, one.held_item, one.mends = ITEM.next(one.state, "close"), held, ""
            else:
                _give_back(one, transfer, reason, faults)
        PoolItem.objects.bulk_update(rows, _SETTLED, batch_size=200)
        back = len(rows) - sum(one.state == "closed" for one in rows)
        locked.state = FILING.next(locked.state, "finish" if back == 0 else "give_back")
        locked.reason, locked.ended_at = reason, clock.now()
        locked.save()
        _clear_batches(rows, settings)
        audit.append(
            actor, events.FILING_ENDED, ("filing", str(locked.pk)),
            {"number": transfer.number, "filed": len(rows) - back, "back": back, "reason": reason or "–"},
        )  # fmt: skip
    shutil.rmtree(folder_of(filing, settings), ignore_errors=True)
    discard_cleared(settings)
    return True


def discard_cleared(settings: Settings) -> None:
    """Take the staged bytes of cleared batches away: all of them are in the holdings."""
    area = staging(settings)
    for batch in Batch.objects.filter(state="cleared").order_by("-added_at")[:200]:
        if area.place(batch.place).exists():
            area.discard(batch.place)


def _give_back(one: PoolItem, transfer: Transfer, reason: str, faults: dict[str, list[dict[str, Any]]]) -> None:
    """Open an item again for mending, with why; what was done before its filing can't be undone any more."""
    one.state, one.step = ITEM.next(one.state, "give_back"), None
    one.returned = reason or str(_("It was held back; see the report of transfer %(number)s.", number=transfer.number))
    one.faults = faults.get(one.reference_code or "", [])
    one.mends = transfer.number if may_come_again(transfer) else ""


def _faults(transfer: Transfer) -> dict[str, list[dict[str, Any]]]:
    """What the check found wrong with single items, and what to do about it, by their codes."""
    try:
        errors = checks.load_report(transfer.report).errors if transfer.state != "withdrawn" else []
    except UnknownReport:
        return {}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in errors:
        if one.ref is not None and len(found[one.ref]) < _MOST_FAULTS:
            found[one.ref].append({"what": _stored(one.message), "advice": _stored(one.advice)})
    return found


def _stored(words: Message | None) -> Any:
    return json.loads(json.dumps(words.to_json(), default=str)) if words is not None else None


def _clear_batches(rows: Sequence[PoolItem], settings: Settings) -> None:
    keys: set[UUID] = set()
    for part in chunked([one.pk for one in rows], 500):
        keys.update(PoolFile.objects.filter(item__in=part).values_list("batch", flat=True))
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
    # A transfer that was accepted whole still has the reason of an earlier return.
    return transfer.reason if transfer.state == "returned" or transfer.held else ""
