"""The checks of long-term keeping 长期保存环节 over what lies in the store, by sample and on a schedule."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from shicheng.checks import selectors as checks
from shicheng.checks import services
from shicheng.checks.keeping import StoredFile, StoredItem, check_stored
from shicheng.checks.models import StoredReport
from shicheng.checks.scanner import find_scanner
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget
from shicheng.holdings import selectors as holdings
from shicheng.holdings.models import Item
from shicheng.ingest.checking import HoldingsView
from shicheng.ingest.stored_items import DESCRIPTION
from shicheng.jobs.decorators import job, scheduled
from shicheng.jobs.run import Run
from shicheng.kernel import clock
from shicheng.kernel.errors import ShichengError
from shicheng.kernel.messages import Message
from shicheng.kernel.messages import message as _
from shicheng.packages.description import DescriptionError, read_description
from shicheng.people.types import Actor
from shicheng.settings import Settings, current
from shicheng.storage import services as storage
from shicheng.storage.ports import Store

SAMPLE = 200  # items looked at in one run
SUBJECT = "store"

Progress = Callable[..., None]


@scheduled(every=timedelta(days=7))
@job("ingest.recheck", lease=120, tries=5, label=_("Check stored records for the four properties"))
def recheck_weekly(run: Run) -> dict[str, Any]:
    """Check a random sample of what is kept."""
    report = recheck(actor=run.actor, settings=current(), progress=run.progress)
    return {"report": str(report.pk), "verdict": report.verdict}


def recheck(
    *,
    actor: Actor,
    settings: Settings,
    items: int = SAMPLE,
    progress: Progress = lambda done, total=None, note="": None,
) -> StoredReport:
    """Check a random sample of stored items, all of them if `items` is larger; the report is kept for ever."""
    store = storage.open_store(settings)
    sample = holdings.sample(actor, items, random.SystemRandom())
    budget = Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory)
    with InspectionPool(workers=settings.workers, budget=budget) as pool:
        report = check_stored(
            str(_("Sample of %(count)s stored items", count=len(sample))),
            [_stored(store, one) for one in sample],
            pool=pool,
            scanner=find_scanner(settings.scanner),
            database=_KeptView(sample),
            edits=checks.edits(),
            progress=lambda done, total, what: progress(done, total, what),
        )
    return services.store_report(actor=actor, report=report, subject=(SUBJECT, clock.now().date().isoformat()))


class _KeptView(HoldingsView):
    """The holdings without the sample itself, which would else be its own duplicate."""

    def __init__(self, sample: Sequence[Item]) -> None:
        super().__init__("")
        self._own = {one.reference_code for one in sample}

    def existing_codes(self, codes: Any) -> set[str]:
        return super().existing_codes(codes) - self._own

    def existing_documents(self, pairs: Any) -> dict[tuple[str, str], str]:
        return {pair: code for pair, code in super().existing_documents(pairs).items() if code not in self._own}


def _stored(store: Store, item: Item) -> StoredItem:
    """One item as the store has it now, held against what was recorded at its receipt."""
    damage: list[tuple[str, Message]] = []
    elements: dict[str, str] = dict(item.elements)
    unreadable: Message | None = None
    paths: dict[str, str] = {}
    try:
        paths = store.inventory(item.object_id).state()
        damage = [
            (one.path, _("The store's own verification says: %(problem)s.", problem=one.problem))
            for one in store.verify(item.object_id)
            if "/content/content/" not in one.path  # content is compared by its recorded digests anyway
        ]
        with store.open(item.object_id, DESCRIPTION) as stream:
            elements = dict(read_description(stream.read()).elements)
    except DescriptionError as error:
        unreadable = error.message
    except (ShichengError, OSError) as error:
        unreadable = error.message if isinstance(error, ShichengError) else _("%(reason)s", reason=error)
    files = tuple(
        StoredFile(
            path=one.logical_path,
            size=one.size,
            digests={"sm3": one.sm3, "sha256": one.sha256},
            opener=partial(store.open, item.object_id, one.logical_path),
            size_found=_size(store, item, one.logical_path) if one.logical_path in paths else None,
            local=store.local_path(item.object_id, one.logical_path) if one.logical_path in paths else None,
            attachment=one.draft_state == "附件",
        )
        for one in item.files.all()
    )
    return StoredItem(item.reference_code, elements, files, tuple(damage), unreadable)


def _size(store: Store, item: Item, path: str) -> int | None:
    local = store.local_path(item.object_id, path)
    if local is not None:
        return local.stat().st_size if local.exists() else None
    try:
        with store.open(item.object_id, path) as stream:
            return sum(len(chunk) for chunk in iter(lambda: stream.read(1 << 20), b""))
    except (ShichengError, OSError):
        return None
