"""What happens to transfers, for the audit log."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

ANNOUNCED = event(
    "ingest.transfer.announced",
    _("Transfer announced"),
    sentence=_("%(actor)s announced the transfer %(number)s."),
)
RECEIVED = event(
    "ingest.transfer.received",
    _("Transfer received"),
    sentence=_("%(actor)s received the transfer %(number)s: %(items)s items, %(files)s files."),
)
WITHDRAWN = event("ingest.transfer.withdrawn", _("Batch known already, announcement withdrawn"))
GIVEN_UP = event("ingest.transfer.given_up", _("Transfer given up before anything of it was taken in"))
UPLOAD_BEGUN = event("ingest.upload.begun", _("Upload begun"))
UPLOAD_SENT = event("ingest.upload.sent", _("Upload complete"))
UPLOAD_REMOVED = event("ingest.upload.removed", _("Unfinished upload removed"))
UPLOAD_EXPIRED = event("ingest.upload.expired", _("Abandoned upload expired"))
WATCHED_TAKEN = event("ingest.watched.taken", _("Batch of the watched folder taken in"))
WATCHED_TROUBLED = event("ingest.watched.troubled", _("Batch of the watched folder could not be taken in"))
CHECK_STARTED = event(
    "ingest.transfer.check_started",
    _("Four-property check started"),
    sentence=_("%(actor)s had the transfer %(number)s checked for the four properties."),
)
CHECKED = event(
    "ingest.transfer.checked",
    _("Four-property check passed"),
    sentence=_("The four-property check of the transfer %(number)s found nothing that keeps it out."),
)
FAILED = event(
    "ingest.transfer.failed",
    _("Four-property check found faults"),
    sentence=_("The four-property check of the transfer %(number)s found %(errors)s errors in %(faulty_items)s items."),
)
ACCEPTED = event(
    "ingest.transfer.accepted",
    _("Transfer accepted"),
    sentence=_("%(actor)s accepted the transfer %(number)s."),
)
PARTLY_ACCEPTED = event(
    "ingest.transfer.partly_accepted",
    _("Sound part of the transfer accepted"),
    sentence=_("%(actor)s accepted the sound part of the transfer %(number)s: %(reason)s"),
)
RETURNED = event(
    "ingest.transfer.returned",
    _("Transfer returned"),
    sentence=_("%(actor)s returned the transfer %(number)s to the office: %(reason)s"),
)
RESUBMITTED = event(
    "ingest.transfer.resubmitted",
    _("Transfer sent again under the same number"),
    sentence=_("%(actor)s sent the transfer %(number)s again."),
)
STORED = event(
    "ingest.transfer.stored",
    _("Transfer stored"),
    sentence=_("The transfer %(number)s was stored: %(accepted)s items are kept, %(held)s were held back."),
)
ITEM_STORED = event(
    "ingest.item.stored",
    _("Item stored and registered"),
    sentence=_("%(ref)s was stored and taken into the holdings with the transfer %(transfer)s."),
)
REBUILT = event("ingest.archive.rebuilt", _("Database made anew from the store"))
