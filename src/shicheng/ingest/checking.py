"""The check of a staged transfer: the engine over package and database, its report kept for ever."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from uuid import UUID

from shicheng.checks import services as checks
from shicheng.checks.scanner import find_scanner
from shicheng.checks.types import Report, Stage, Verdict
from shicheng.formats.pool import InspectionPool
from shicheng.formats.types import Budget, Inspection
from shicheng.holdings import selectors as holdings
from shicheng.ingest import selectors, services
from shicheng.ingest.inspections import InspectionNotes
from shicheng.ingest.models import Transfer
from shicheng.ingest.staging import open_staged
from shicheng.jobs.run import Run
from shicheng.kernel.messages import Message
from shicheng.packages.types import Package, PackageFile
from shicheng.settings import Settings


class HoldingsView:
    """What the checks may ask of the holdings; items this very transfer brought before do not count against it."""

    def __init__(self, transfer: str) -> None:
        self._transfer = transfer

    def ping(self) -> int:
        """Number of items that can be read."""
        return holdings.item_count()

    def existing_codes(self, codes: Collection[str]) -> set[str]:
        """Those of the codes that other items have."""
        return holdings.existing_reference_codes(codes, except_transfer=self._transfer)

    def existing_documents(self, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Those (document number, title) pairs that other items have, with their code."""
        return holdings.existing_documents(pairs, except_transfer=self._transfer)


def check_staged(run: Run, *, transfer_id: str, settings: Settings) -> dict[str, object]:
    """Check a transfer that lies in staging; run twice, the later report is the one that counts."""
    transfer = selectors.transfer(run.actor, UUID(transfer_id))
    if transfer.state != "checking":
        return {"state": transfer.state}
    with open_staged(transfer, settings) as package:
        report = _run_engine(run, package, transfer, settings)
        faulty = faulty_items(report, package)
    stored = checks.store_report(
        actor=run.actor, report=report, subject=("transfer", str(transfer.pk)), transfer=transfer.number
    )
    services.finish_check(
        actor=run.actor,
        transfer_id=transfer.pk,
        report=stored.pk,
        passed=report.verdict is not Verdict.FAIL,
        faulty=len(faulty),
        errors=len(report.errors),
    )
    return {"report": str(stored.pk), "verdict": report.verdict.value}


def faulty_items(report: Report, package: Package) -> set[int]:
    """Places in `package.items` of the items that may not come in."""
    failing = report.failing()
    return {
        place
        for place, item in enumerate(package.items)
        if (item.ref, item.row) in failing or (item.ref, None) in failing
    }


def _run_engine(run: Run, package: Package, transfer: Transfer, settings: Settings) -> Report:
    notes = InspectionNotes(package.path)

    def observe(file: PackageFile, inspection: Inspection) -> None:
        notes.add(file.path, inspection)

    def progress(done: int, total: int | None = None, what: Message | str = "") -> None:
        run.progress(done, total, what or None)

    budget = Budget(seconds=settings.inspect_seconds, memory=settings.inspect_memory)
    with closing(notes), InspectionPool(workers=settings.workers, budget=budget) as pool:
        report = checks.run_plan(
            actor=run.actor,
            package=package,
            stage=Stage.TRANSFER,
            pool=pool,
            scanner=find_scanner(settings.scanner),
            database=HoldingsView(transfer.number),
            observer=observe,
            progress=progress,
        )
        notes.finish()
    report.name = transfer.name
    return report
