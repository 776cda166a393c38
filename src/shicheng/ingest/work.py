"""Jobs of this room: checking a staged transfer, and building it into the store."""

from __future__ import annotations

from shicheng.ingest.accession import store_accepted
from shicheng.ingest.checking import check_staged
from shicheng.jobs.decorators import job
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import current
from shicheng.storage.log_keeping import keep_log


@job("ingest.check", lease=120, tries=5, label=_("Check a transfer"))
def check_transfer(run: Run, *, transfer_id: str) -> dict[str, object]:
    """Run the plan of the stage over a staged transfer and keep the report."""
    return check_staged(run, transfer_id=transfer_id, settings=current())


@job("ingest.store", lease=120, tries=5, label=_("Store a transfer"))
def store_transfer(run: Run, *, transfer_id: str) -> dict[str, object]:
    """Build the accepted items of a transfer into the store and register them."""
    outcome = store_accepted(run, transfer_id=transfer_id, settings=current())
    # The log of what was accepted lies beside it in the store: a rebuild loses neither.
    keep_log(current())
    return outcome
