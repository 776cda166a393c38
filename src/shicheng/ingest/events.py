"""What happens to transfers, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

ANNOUNCED = event("ingest.transfer.announced", _("Transfer announced"))
RECEIVED = event("ingest.transfer.received", _("Transfer received"))
WITHDRAWN = event("ingest.transfer.withdrawn", _("Batch known already, announcement withdrawn"))
GIVEN_UP = event("ingest.transfer.given_up", _("Transfer given up before anything of it was taken in"))
UPLOAD_BEGUN = event("ingest.upload.begun", _("Upload begun"))
UPLOAD_SENT = event("ingest.upload.sent", _("Upload complete"))
UPLOAD_REMOVED = event("ingest.upload.removed", _("Unfinished upload removed"))
UPLOAD_EXPIRED = event("ingest.upload.expired", _("Abandoned upload expired"))
WATCHED_TAKEN = event("ingest.watched.taken", _("Batch of the watched folder taken in"))
WATCHED_TROUBLED = event("ingest.watched.troubled", _("Batch of the watched folder could not be taken in"))
CHECK_STARTED = event("ingest.transfer.check_started", _("Four-property check started"))
CHECKED = event("ingest.transfer.checked", _("Four-property check passed"))
FAILED = event("ingest.transfer.failed", _("Four-property check found faults"))
ACCEPTED = event("ingest.transfer.accepted", _("Transfer accepted"))
PARTLY_ACCEPTED = event("ingest.transfer.partly_accepted", _("Sound part of the transfer accepted"))
RETURNED = event("ingest.transfer.returned", _("Transfer returned"))
RESUBMITTED = event("ingest.transfer.resubmitted", _("Transfer sent again under the same number"))
STORED = event("ingest.transfer.stored", _("Transfer stored"))
ITEM_STORED = event("ingest.item.stored", _("Item stored and registered"))
REBUILT = event("ingest.archive.rebuilt", _("Database made anew from the store"))
