"""Receiving what was sent, as a job: from the place it arrived at into staging, then on to its check."""

from __future__ import annotations

from pathlib import Path

from shicheng.ingest import arriving, selectors, services
from shicheng.ingest.models import Upload
from shicheng.ingest.receiving import receive_announced
from shicheng.jobs.run import Run
from shicheng.kernel.messages import message as _
from shicheng.settings import Settings


def receive_sent(run: Run, *, transfer_id: str, settings: Settings) -> dict[str, object]:
    """Receive an announced transfer from where its row says it lies, and start its check. Safe to run twice."""
    transfer = selectors.transfer(run.actor, transfer_id)
    upload = Upload.objects.filter(transfer=transfer.pk, state="sent").order_by("-begun_at").first()
    if transfer.state == "announced":
        run.progress(note=_("The batch is being opened."))
        if upload is not None:
            arriving.build_batch(upload, settings)
        received = receive_announced(
            actor=run.actor,
            transfer_id=transfer.pk,
            path=Path(transfer.source),
            settings=settings,
            progress=lambda done, total=None, note="": run.progress(
                done, total, _("Files are written down with their digests.")
            ),
        )
        transfer = selectors.transfer(run.actor, transfer_id)
        if transfer.state == "withdrawn":
            run.progress(note=_("The same batch is here as transfer %(number)s.", number=received.number))
    if transfer.state == "received":
        services.start_check(actor=run.actor, transfer_id=transfer.pk)
    if upload is not None:
        arriving.end_taken(upload.pk, settings)
    return {"transfer": transfer.number, "same_as": transfer.same_as}
