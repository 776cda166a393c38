"""What happens to catalogue imports, for the audit log.

`BATCH` and `UNDO_BATCH` stand for up to 5,000 items each. Their details name the import and its rows
(`import`: number, `id`: UUID of the import, `rows`: [first, last]), from which
`holdings.cataloguing.ids_of_batch` gives the items; followers of the log index those anew.
"""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _

RECEIVED = event("cataloguing.import.received", _("Catalogue received"))
STORED = event("cataloguing.import.stored", _("Catalogue kept in the store"))
BATCH = event(
    "cataloguing.import.batch",
    _("Part of a catalogue taken in"),
    sentence=_("%(actor)s took in a part of the catalogue %(import)s: %(created)s new, %(updated)s changed"),
)
DONE = event(
    "cataloguing.import.done",
    _("Catalogue taken in"),
    sentence=_(
        "%(actor)s took in the catalogue %(import)s: %(created)s new, %(updated)s changed, %(rejected)s refused"
    ),
)
FAILED = event("cataloguing.import.failed", _("Catalogue can't be taken in"))
UNDO_STARTED = event("cataloguing.import.undo_started", _("Undoing of a catalogue import started"))
UNDO_BATCH = event(
    "cataloguing.import.batch_undone",
    _("Part of a catalogue import undone"),
    sentence=_("%(actor)s undid a part of the import %(import)s: %(removed)s removed, %(returned)s returned"),
)
UNDONE = event(
    "cataloguing.import.undone",
    _("Catalogue import undone"),
    sentence=_("%(actor)s undid the import %(import)s: %(removed)s removed, %(returned)s returned, %(kept)s kept"),
)
MAPPING_SAVED = event("cataloguing.mapping.saved", _("Column mapping saved"))
FILES_ATTACHED = event("cataloguing.item.files_attached", _("Files attached to an item of a catalogue"))
ATTACHED = event("cataloguing.attachment.done", _("Files attached to catalogue records"))
